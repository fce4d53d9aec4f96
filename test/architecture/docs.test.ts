import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../../src/platform/config/index.ts';
import { settingsPage } from '../../src/platform/config/settings-page.ts';
import { processorsPage } from '../../src/recipes/index.ts';
import { filtersPage } from '../../src/resource/index.ts';

test('docs/settings.md is what the settings say (npm run docs writes it)', () => {
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage(settings));
});

test('docs/filters.md is what the lookups say (npm run docs writes it)', () => {
  expect(readFileSync('docs/filters.md', 'utf8')).toBe(filtersPage());
});

test('docs/processors.md is what the catalogue says (npm run docs writes it)', () => {
  expect(readFileSync('docs/processors.md', 'utf8')).toBe(processorsPage());
});

test('.env.example names every setting', () => {
  const example = readFileSync('.env.example', 'utf8');
  const missing = Object.values(settings).filter((setting) => !new RegExp(`^# ?${setting.env}=`, 'm').test(example));
  expect(missing.map((setting) => setting.env)).toEqual([]);
});

test('every file the architecture page names exists', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const named = [...page.matchAll(/`((?:src|web|test|migrations|docs)\/[\w./-]+\.\w+)`/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

test('docs/errors.md has every code of the sources with its status, sorted, and no other', () => {
  const page = readFileSync('docs/errors.md', 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map((match) => `${match[1]} ${match[2]}`);
  const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const thrown = sources.flatMap((source) => [
    ...[...source.matchAll(/new AppError\(\s*(\d{3}),\s*'(\w+)'/g)].map((match) => `${match[2]} ${match[1]}`),
    ...[...source.matchAll(/parameterError\(\s*'(\w+)'/g)].map((match) => `${match[1]} 400`),
  ]);
  expect(thrown.length).toBeGreaterThan(100);
  expect([...new Set(thrown)].filter((code) => !listed.includes(code)).sort()).toEqual([]);
  const known = sources.join('\n');
  expect(listed.filter((code) => !known.includes(`'${code.split(' ')[0]}'`))).toEqual([]);
  expect(listed).toEqual([...listed].sort());
});
