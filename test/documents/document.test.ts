import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, places, indicators, campaigns } = the;
await the.indicator('seen');
await the.indicator('missed');
await the.campaign('may', '2020-05-01');
await the.campaign('june', '2020-06-01');
afterEach(() => the.world.runJobs());

describe('a campaign file', () => {
  test('becomes values that roll up at once, with codes that are exact', async () => {
    const document = await the.document('geocode,campaign,seen,missed\na,may,60,6\nb,may,90,\nc,may,"1,200",x\n');
    expect(document).toMatchObject({ state: 'processed', file_header: ['geocode', 'campaign', 'seen', 'missed'] });
    expect(document.summary).toMatchObject({
      rows: 3,
      cells: 6,
      missing: 1,
      values: { new: 4, changed: 0, unchanged: 0, retracted: 0 },
      issues: { not_a_number: 1 },
      unmapped: { indicator: 0, location: 0, campaign: 0 },
      aggregates_changed: 9,
    });
    expect(await the.values('seen', 'may')).toBe('K 1350, P 150, Q 1200, a 60, b 90, c 1200');
    expect(await the.values('missed', 'may')).toBe('K 6, P 6, a 6');
    const { objects } = await must(admin.get(`/api/v1/source_doc/${document.id}/issues`), 200);
    expect(objects).toMatchObject([
      { row: 3, line: 4, column: 'missed', code: 'not_a_number', raw: 'x', severity: 'error', cells: 1 },
    ]);
    const rows = await must(admin.get(`/api/v1/source_submission/?document_id=${document.id}`), 200);
    expect(rows.objects.map((row: { process_status: string }) => row.process_status)).toEqual([
      'PROCESSED',
      'PROCESSED',
      'PARTIAL',
    ]);
    expect(rows.objects[2].submission_json).toEqual({ geocode: 'c', campaign: 'may', seen: '1,200', missed: 'x' });
  });
});
void places;
void indicators;
void campaigns;
