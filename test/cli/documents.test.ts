import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startDocumentsWorld } from '../documents/documents-world.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { whileWorking } from '../support/upload.ts';

const the = await startDocumentsWorld();
const { world, admin } = the;
await the.indicator('seen');
await the.campaign('may', '2020-05-01');

signedInTo(world.url, admin.headers.authorization!.replace('Bearer ', ''));

test('a document is sent, its codes mapped by file and by filter, its issues listed', async () => {
  const file = path.join(world.folder, 'kids.csv');
  writeFileSync(file, 'geocode,campaign,seen\nplace bb,may,"1,5"\nspot,may,x\n');
  const sent = await whileWorking(
    world,
    granary('document', 'upload', file, '--type', 'campaign', '--detail', 'decimal=,'),
  );
  expect(sent).toMatchObject({ code: 0, err: '' });
  expect(sent.out).toMatch(/^document 1: kids\.csv\nstate {2}mapping\nrows {2}2\n/);
  expect((await granary('document', 'list')).out).toContain('kids.csv');
  expect((await granary('mapping', 'list', '1', '--status', 'suggested')).out).toContain('place b (similar');

  const mappings = path.join(world.folder, 'mappings.csv');
  writeFileSync(mappings, 'content_type,source_object_code,master_code\nlocation,spot,c\n');
  expect((await granary('mapping', 'import', mappings)).out).toBe('1 in the file, 0 created, 1 updated, 0 unchanged\n');
  const accept = ['mapping', 'apply', 'accept', '--document', '1', '--contains', 'place'];
  expect((await granary(...accept)).out).toBe('0 codes changed by suggestions of 0.8 and more\n');
  const applied = await granary(...accept, '--min-score', '0.3');
  expect(applied.out).toMatch(/place bb.*place b[\s\S]*1 codes changed by suggestions of 0.3 and more\n$/);
  await world.runJobs();
  expect(await the.values('seen', 'may')).toBe('K 1.5, P 1.5, b 1.5');
  expect((await granary('mapping', 'export', '--type', 'location')).out).toContain('location,spot,c\r\n');
  expect((await granary('document', 'issues', '1', '--code', 'not_a_number')).out).toMatch(/2\s+seen\s+error/);
  expect((await granary('document', 'status', '99')).code).toBe(3);
});
