import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { handlers, runHandlers } from '../../src/worker.ts';

const page = readFileSync('docs/jobs.md', 'utf8');

function namesUnder(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([a-z-]+)`/gm)].map((match) => match[1]!);
}

test('docs/jobs.md lists every job and every kind of run, and no other', () => {
  expect(namesUnder('Jobs').sort()).toEqual(handlers.map((entry) => entry.name).sort());
  expect(namesUnder('Kinds of run').sort()).toEqual(runHandlers.map((entry) => entry.kind.name).sort());
});
