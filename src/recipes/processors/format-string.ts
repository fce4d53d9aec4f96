import { literal } from '../../platform/tabular/index.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { decimalText, isNumeric, type NumberColumn, refuseDigits, rounded, scanNumbers, unscaled } from './numbers.ts';
import { StepProblem } from './step-failure.ts';
import { column, fieldIndex, type StepWork } from './step-work.ts';

export const maxFormatLength = 2000;
const maxWidth = 1000;

export interface FormatSpec {
  fill: string;
  align: '<' | '>' | '=' | '^' | undefined;
  sign: '+' | '-' | ' ' | undefined;
  width: number;
  grouping: ',' | '_' | undefined;
  precision: number | undefined;
  type: 's' | 'd' | 'f' | 'F' | '%' | undefined;
  /** Of dates and times: a strftime pattern instead of all the above. */
  pattern: string | undefined;
}
export type FormatPart = string | { name: string; spec: FormatSpec | undefined };

/** A format string as Python writes them. Throws an Error that says what is wrong or refused. */
export function parseFormat(format: string): FormatPart[] {
  if (format.length > maxFormatLength) throw new Error(`a format string is longer than ${maxFormatLength} characters`);
  const parts: FormatPart[] = [];
  let text = '';
  for (let i = 0; i < format.length; ) {
    const char = format[i]!;
    if ((char === '{' || char === '}') && format[i + 1] === char) {
      text += char;
      i += 2;
    } else if (char === '}') throw new Error(`'}' without '{' in the format string ${JSON.stringify(format)}`);
    else if (char === '{') {
      const end = format.indexOf('}', i);
      if (end < 0) throw new Error(`'{' without '}' in the format string ${JSON.stringify(format)}`);
      if (text !== '') parts.push(text);
      text = '';
      parts.push(placeholder(format.slice(i + 1, end)));
      i = end + 1;
    } else {
      text += char;
      i += 1;
    }
  }
  if (text !== '') parts.push(text);
  return parts;
}

function placeholder(inside: string): FormatPart {
  const shown = JSON.stringify(`{${inside}}`);
  if (inside.includes('{')) throw new Error(`nested placeholders are refused: ${shown}`);
  const colon = inside.indexOf(':');
  const name = colon < 0 ? inside : inside.slice(0, colon);
  if (name.includes('!')) throw new Error(`conversions are refused: ${shown}`);
  if (/[.[\]]/.test(name)) throw new Error(`attribute and index access are refused: ${shown}`);
  if (name === '') throw new Error(`a placeholder without field name: ${shown}`);
  const spec = colon < 0 ? '' : inside.slice(colon + 1);
  return { name, spec: spec === '' ? undefined : parseSpec(spec, shown) };
}

function parseSpec(spec: string, shown: string): FormatSpec {
  const none = {
    fill: ' ',
    align: undefined,
    sign: undefined,
    width: 0,
    grouping: undefined,
    precision: undefined,
    type: undefined,
  };
  if (/%[A-Za-z]/.test(spec)) {
    if (/%[^%aAbBdHIjmMpSwyY]/.test(spec)) throw new Error(`this date pattern is not supported: ${shown}`);
    return { ...none, pattern: spec };
  }
  const match = /^(?:(.)?([<>=^]))?([+\- ])?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su.exec(spec);
  if (match === null) throw new Error(`a format that cannot be read: ${shown}`);
  const [, fill, align, sign, zero, width, grouping, precision, type] = match;
  if (type !== undefined && !['s', 'd', 'f', 'F', '%'].includes(type))
    throw new Error(`the format type '${type}' is not supported, only s, d, f and %: ${shown}`);
  if (Number(width ?? 0) > maxWidth || Number(precision ?? 0) > maxWidth)
    throw new Error(`width and precision may be ${maxWidth} at most: ${shown}`);
  return {
    fill: fill ?? (zero && align === undefined ? '0' : zero ? '0' : ' '),
    align: (align as FormatSpec['align']) ?? (zero ? '=' : undefined),
    sign: sign as FormatSpec['sign'],
    width: Number(width ?? 0),
    grouping: grouping as FormatSpec['grouping'],
    precision: precision === undefined ? undefined : Number(precision),
    type: type as FormatSpec['type'],
    pattern: undefined,
  };
}

/** Names of the fields, each once. */
export function fieldsOfFormat(parts: FormatPart[]): string[] {
  return [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])))];
}

/** What is wrong with a format string, given the fields if they are known. */
export function formatProblem(format: string, fields: string[] | undefined): string | undefined {
  try {
    const unknown = fieldsOfFormat(parseFormat(format)).find((name) => fields && !fields.includes(name));
    return unknown === undefined ? undefined : `Field "${unknown}" not found`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The text of a row, as SQL over the relation; never null, as null prints as empty. */
export async function formatSql(work: StepWork, relation: Relation, format: string): Promise<string> {
  const parts = parseFormat(format);
  const sql: string[] = [];
  for (const part of parts) {
    if (typeof part === 'string') sql.push(literal(part));
    else sql.push(await placeholderSql(work, relation, part.name, part.spec));
  }
  if (sql.length === 0) return "''";
  return sql.length === 1 ? sql[0]! : `(${sql.join(' || ')})`;
}

async function placeholderSql(
  work: StepWork,
  relation: Relation,
  name: string,
  spec: FormatSpec | undefined,
): Promise<string> {
  const index = fieldIndex(relation, name);
  const field = relation.fields[index]!;
  const cell = column(index);
  if (spec === undefined) return `coalesce(${cell}, '')`;
  if (spec.pattern !== undefined) return dateSql(field, cell, spec.pattern);
  const asNumber = isNumeric(field) && spec.type !== 's';
  if (!asNumber) return textSql(field, cell, spec);
  const [numbers] = await scanNumbers(work, relation, [index]);
  return numberSql(field, numbers!, spec);
}

function dateSql(field: Field, cell: string, pattern: string): string {
  const types: Record<string, string> = { date: 'DATE', datetime: 'TIMESTAMP', time: 'TIME' };
  const type = types[field.type];
  if (type === undefined) throw new StepProblem(`Field "${field.name}" is no date or time, which "${pattern}" needs`);
  const value = type === 'TIME' ? `(date '1900-01-01' + ${cell}::TIME)` : `${cell}::${type}`;
  return `coalesce(strftime(${value}, ${literal(pattern)}), '')`;
}

function textSql(field: Field, cell: string, spec: FormatSpec): string {
  if (spec.sign !== undefined || spec.grouping !== undefined || (spec.type !== undefined && spec.type !== 's'))
    throw new StepProblem(`Field "${field.name}" is no number, which its place in the format string needs`);
  const cut = spec.precision === undefined ? cell : `left(${cell}, ${spec.precision})`;
  return `coalesce(${padded(cut, spec, '<')}, '')`;
}

function numberSql(field: Field, numbers: NumberColumn, spec: FormatSpec): string {
  const { type, precision } = spec;
  if (type === 'd' && (precision !== undefined || numbers.scale > 0))
    throw new StepProblem(`Field "${field.name}" has fractions, which {:d} does not take`);
  const fixed = type === 'f' || type === 'F' || type === '%' ? (precision ?? 6) : precision;
  const shift = type === '%' ? 2 : 0;
  let text = numbers.text;
  if (fixed !== undefined || type === '%') {
    const places = fixed ?? 6;
    refuseDigits(numbers.whole + Math.max(numbers.scale, places + shift), field.name);
    const u = unscaled(numbers, Math.max(numbers.scale, shift), field.name);
    const scale = Math.max(numbers.scale, shift) - shift;
    const at = rounded(`(${u})`, scale, places);
    text = decimalText(at, Math.min(scale, places));
    if (places > scale) text = `(${text} || '${scale === 0 && places > 0 ? '.' : ''}${'0'.repeat(places - scale)}')`;
  }
  const plain = `ltrim(${text}, '+-')`;
  const sign = `case when starts_with(${text}, '-') then '-' else ${literal(spec.sign === '+' ? '+' : spec.sign === ' ' ? ' ' : '')} end`;
  const digits = spec.grouping === undefined ? plain : grouped(plain, spec.grouping);
  const body = type === '%' ? `(${digits} || '%')` : digits;
  const shown =
    spec.align === '='
      ? `(${sign} || ${padded(body, { ...spec, align: '>' }, '>', `length(${sign})`)})`
      : padded(`(${sign} || ${body})`, spec, '>');
  return `coalesce(${shown}, '')`;
}

function grouped(digits: string, separator: string): string {
  const whole = `split_part(${digits}, '.', 1)`;
  // From the right in threes: written backwards, a separator after every third digit that another follows.
  const groups = `reverse(regexp_replace(reverse(${whole}), '(\\d{3})', '\\1${separator}', 'g'))`;
  const rest = `case when contains(${digits}, '.') then '.' || split_part(${digits}, '.', 2) else '' end`;
  return `(ltrim(${groups}, ${literal(separator)}) || ${rest})`;
}

function padded(text: string, spec: FormatSpec, usual: '<' | '>', taken = '0'): string {
  if (spec.width === 0) return text;
  const missing = `greatest(0, ${spec.width} - length(${text}) - ${taken})`;
  const fill = (count: string) => `repeat(${literal(spec.fill)}, ${count})`;
  switch (spec.align === '=' ? usual : (spec.align ?? usual)) {
    case '<':
      return `(${text} || ${fill(missing)})`;
    case '^':
      return `(${fill(`${missing} // 2`)} || ${text} || ${fill(`${missing} - ${missing} // 2`)})`;
    default:
      return `(${fill(missing)} || ${text})`;
  }
}
