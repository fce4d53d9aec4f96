import type { Reading, ReadingOptions } from '../recipes/index.ts';
import { invalidOption } from './errors.ts';

/** Public name → the engine's name, and what kind of value a query's text stands for. */
const options: Record<string, { name: keyof ReadingOptions; kind: 'text' | 'flag' | 'number' | 'list' }> = {
  format: { name: 'format', kind: 'text' },
  encoding: { name: 'encoding', kind: 'text' },
  delimiter: { name: 'delimiter', kind: 'text' },
  delimiters: { name: 'delimiters', kind: 'list' },
  quote: { name: 'quote', kind: 'text' },
  escape: { name: 'escape', kind: 'text' },
  skip_initial_space: { name: 'skipInitialSpace', kind: 'flag' },
  header: { name: 'header', kind: 'flag' },
  header_row: { name: 'headerRow', kind: 'number' },
  width: { name: 'width', kind: 'text' },
  sheet: { name: 'sheet', kind: 'text' },
  range: { name: 'range', kind: 'text' },
  records: { name: 'records', kind: 'text' },
  member: { name: 'member', kind: 'text' },
};

export const readingNames: readonly string[] = Object.keys(options);

/** Words for delimiters that are awkward in an address. */
const delimiterWords: Record<string, string> = {
  tab: '\t',
  '\\t': '\t',
  comma: ',',
  semicolon: ';',
  space: ' ',
  pipe: '|',
};

/** What `describeReading` tells beside options: how a file was read can be given back as it is. */
const describing = new Set(['compression', 'direct_lines', 'other_sheets']);

/** Reading options as a client writes them, as the engine takes them. Throws `invalid_option`. */
export function readingOptions(given: Record<string, unknown>): ReadingOptions {
  const reading: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (describing.has(name)) continue;
    const option = options[name];
    if (option === undefined) throw invalidOption(name, `'${name}' is not a reading option.`);
    reading[option.name] = parsedValue(name, option.kind, value);
  }
  const delimiter = reading.delimiter;
  if (typeof delimiter === 'string') reading.delimiter = delimiterWords[delimiter.toLowerCase()] ?? delimiter;
  return reading as ReadingOptions;
}

/** How a file was read, under the public names; what can be given as an option again. */
export function describeReading(reading: Reading): Record<string, unknown> {
  const said = new Map(Object.entries(reading));
  const named = Object.entries(options).flatMap(([name, option]) =>
    said.get(option.name) === undefined ? [] : [[name, said.get(option.name)]],
  );
  return {
    ...Object.fromEntries(named),
    ...(reading.otherSheets?.length ? { other_sheets: reading.otherSheets } : {}),
    compression: reading.compression,
    direct_lines: reading.direct,
  };
}

function parsedValue(name: string, kind: 'text' | 'flag' | 'number' | 'list', value: unknown): unknown {
  switch (kind) {
    case 'text':
      if (typeof value === 'string' || (name === 'sheet' && typeof value === 'number')) return value;
      throw invalidOption(name, `'${name}' must be text.`);
    case 'flag':
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw invalidOption(name, `'${name}' must be true or false.`);
    case 'number':
      if (/^\d{1,9}$/.test(String(value))) return Number(value);
      throw invalidOption(name, `'${name}' must be a whole number.`);
    case 'list':
      if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
      if (typeof value === 'string') return [...value];
      throw invalidOption(name, `'${name}' must be a list.`);
  }
}
