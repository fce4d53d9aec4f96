import { booleanOf, type Parameters, SelectionProblem, single } from '../../datasets/index.ts';
import { type Format, formatNames, isFormat } from './formats.ts';

/** How values look, whatever rows they are of. */
export interface OutputOptions {
  /** Of columns with categories: the value, its label, or both (`name` and `name__label`). */
  labels: 'raw' | 'label' | 'both';
  /** Headings of CSV and XLSX. */
  header: 'name' | 'title';
  /** strftime pattern of dates; undefined: ISO 8601. */
  datePattern: string | undefined;
  /** Pattern of dates with time. */
  dateTimePattern: string | undefined;
  shape: 'wide' | 'long' | 'array';
  /** A byte order mark in front of CSV, for spreadsheets that need it. */
  bom: boolean;
  delimiter: string;
  decimal: '.' | ',';
  /** What stands in CSV for a missing value. */
  nullText: string;
  /** Texts that a spreadsheet would take for a formula get an apostrophe in front. */
  safeCells: boolean;
  /** XLSX: more sheets when one is full. */
  splitSheets: boolean;
  /** Data files inside of a zip. */
  dataFormat: Exclude<Format, 'zip'>;
}

export const outputParameters = [
  'labels',
  'header',
  'date_format',
  'shape',
  'bom',
  'delimiter',
  'decimal',
  'null',
  'safe_cells',
  'split',
  'data_format',
] as const;

/** Throws SelectionProblem. */
export function parseOutputOptions(parameters: Parameters): OutputOptions {
  const one = (name: (typeof outputParameters)[number]) => single(parameters, name);
  const dates = datePatterns(one('date_format'));
  const decimal = choice('decimal', one('decimal'), ['.', ',']);
  const options: OutputOptions = {
    labels: choice('labels', one('labels'), ['raw', 'label', 'both']),
    header: choice('header', one('header'), ['name', 'title']),
    datePattern: dates?.date,
    dateTimePattern: dates?.dateTime,
    shape: choice('shape', one('shape'), ['wide', 'long', 'array']),
    bom: booleanOf('bom', one('bom'), false),
    delimiter: delimiterOf(one('delimiter'), decimal),
    decimal,
    nullText: nullTextOf(one('null')),
    safeCells: booleanOf('safe_cells', one('safe_cells'), false),
    splitSheets: one('split') !== undefined && choice('split', one('split'), ['sheets']) === 'sheets',
    dataFormat: dataFormatOf(one('data_format')),
  };
  if (options.delimiter === options.decimal) {
    throw new SelectionProblem('delimiter', 'invalid_parameter', 'delimiter and decimal cannot be the same sign');
  }
  return options;
}

function choice<T extends string>(name: string, text: string | undefined, values: readonly [T, ...T[]]): T {
  if (text === undefined || text === '') return values[0];
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new SelectionProblem(name, 'invalid_parameter', `'${name}' is one of ${values.join(' ')}, not '${text}'`);
}

const orders: Record<string, string | undefined> = {
  iso: undefined,
  ymd: '%Y-%m-%d',
  dmy: '%d/%m/%Y',
  mdy: '%m/%d/%Y',
};

/** `iso`, `ymd`, `dmy`, `mdy`, or a strftime pattern of date parts. */
function datePatterns(text: string | undefined): { date: string; dateTime: string } | undefined {
  if (text === undefined || text === '') return undefined;
  if (Object.hasOwn(orders, text)) {
    const date = orders[text];
    return date === undefined ? undefined : { date, dateTime: `${date} %H:%M:%S` };
  }
  const parts = text.replaceAll(/%[YymdbBjHIMSpaA%]/g, '');
  if (text.length > 60 || !text.includes('%') || parts.includes('%') || parts.includes('\0')) {
    throw new SelectionProblem(
      'date_format',
      'invalid_parameter',
      `'date_format' is iso, ymd, dmy, mdy or a pattern of %Y %y %m %d %b %B %j %H %I %M %S %p %a %A, not '${text}'`,
    );
  }
  return { date: text, dateTime: text };
}

const delimiterNames: Record<string, string> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  space: ' ',
  pipe: '|',
  '\\t': '\t',
};

function delimiterOf(text: string | undefined, decimal: string): string {
  if (text === undefined || text === '') return decimal === ',' ? ';' : ',';
  const sign = delimiterNames[text] ?? text;
  // One byte that quoting cannot be confused by.
  if (/^[\t -~]$/.test(sign) && !/["\r\n\w]/.test(sign)) return sign;
  throw new SelectionProblem('delimiter', 'invalid_parameter', `'${text}' cannot separate cells`);
}

function nullTextOf(text: string | undefined): string {
  if (text === undefined) return '';
  if (text.length <= 20 && /^[\w.\-#/* ]*$/.test(text)) return text;
  throw new SelectionProblem('null', 'invalid_parameter', `'null' takes up to 20 letters, digits and . - # / *`);
}

function dataFormatOf(text: string | undefined): OutputOptions['dataFormat'] {
  if (text === undefined || text === '') return 'csv';
  if (isFormat(text) && text !== 'zip') return text;
  const offered = formatNames.filter((name) => name !== 'zip').join(' ');
  throw new SelectionProblem('data_format', 'invalid_parameter', `'data_format' is one of ${offered}, not '${text}'`);
}
