import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { StepProblem } from './step-failure.ts';
import { column, from, type StepWork } from './step-work.ts';

/**
 * Exact arithmetic (flows contract §7.3): a number is its digits without the point, a HUGEINT, and the scale of its column. DuckDB
 * fails on overflow of these, while its `avg` and `/` would give DOUBLE and its casts round.
 */
export interface NumberColumn {
  /** SQL of the number as sign, digits and point only; null for NaN and infinities. */
  plain: string;
  /** SQL of the cell. */
  text: string;
  /** Digits before the point at most, without leading zeros. */
  whole: number;
  /** Digits after the point at most. */
  scale: number;
  /** Has NaN or infinities. */
  odd: boolean;
}

/** Beyond it a number in exponent form is not written out. */
const maxExponent = 999;
export const maxDigits = 38;

export function isNumeric(field: Field): boolean {
  return field.type === 'integer' || field.type === 'number' || field.type === 'year';
}

/** Reads the whole columns once. Cells that are no numbers are a failure naming the first of them. */
export async function scanNumbers(work: StepWork, relation: Relation, indexes: number[]): Promise<NumberColumn[]> {
  if (indexes.length === 0) return [];
  const strange = (c: string) => `${c} is not null and not regexp_full_match(${c}, '[+-]?(\\d+\\.?\\d*|\\.\\d+)')`;
  const aggregates = indexes.map((index, i) => {
    const c = column(index);
    return `count(*) filter (where ${strange(c)})::double as n${i}, ${shapeOf(c, i)}`;
  });
  const [row] = await work.tabular.rows(`select ${aggregates.join(', ')} from ${from(relation)}`);
  const columns: NumberColumn[] = [];
  for (const [i, index] of indexes.entries()) {
    const c = column(index);
    if (Number(row![`n${i}`]) > 0) columns.push(await scanStrange(work, relation, index, strange(c)));
    else
      columns.push({
        plain: c,
        text: c,
        whole: Number(row![`w${i}`] ?? 0),
        scale: Number(row![`s${i}`] ?? 0),
        odd: false,
      });
  }
  return columns;
}

function shapeOf(plain: string, i: number): string {
  const fraction = `case when contains(${plain}, '.') then length(${plain}) - position('.' in ${plain}) else 0 end`;
  return `max(length(ltrim(split_part(${plain}, '.', 1), '+-0')))::double as w${i}, max(${fraction})::double as s${i}`;
}

/** Exponents are written out, exactly. */
async function scanStrange(work: StepWork, relation: Relation, index: number, strange: string): Promise<NumberColumn> {
  const c = column(index);
  const exponent = `[+-]?(\\d+\\.?\\d*|\\.\\d+)[eE][+-]?0*\\d{1,3}`;
  const odd = `${c} in ('NaN', 'INF', '-INF')`;
  const plain = `case when ${odd} then null when regexp_matches(${c}, '[eE]') then ${writtenOut(c)} else ${c} end`;
  const [bad] = await work.tabular.rows(
    `select ${c} as value from ${from(relation)} where ${strange} and not regexp_full_match(${c}, '${exponent}') and not ${odd} order by _ord limit 1`,
  );
  const name = relation.fields[index]!.name;
  if (bad)
    throw new StepProblem(
      /^[+-]?[\d.]+[eE]/.test(String(bad.value))
        ? `Field "${name}" has the number ${bad.value}, whose exponent is beyond ${maxExponent}`
        : `Field "${name}" has the value ${JSON.stringify(bad.value)}, which is not a number`,
    );
  const [row] = await work.tabular.rows(
    `select ${shapeOf('p', 0)}, coalesce(bool_or(odd), false) as odd from (select ${plain} as p, ${odd} as odd from ${from(relation)})`,
  );
  return { plain, text: c, whole: Number(row!.w0 ?? 0), scale: Number(row!.s0 ?? 0), odd: row!.odd === true };
}

function writtenOut(t: string): string {
  const mantissa = `regexp_extract(${t}, '^[+-]?([0-9.]*)', 1)`;
  const whole = `split_part(${mantissa}, '.', 1)`;
  const digits = `replace(${mantissa}, '.', '')`;
  const point = `(length(${whole}) + regexp_extract(${t}, '[eE]([+-]?\\d+)$', 1)::int)`;
  return `(case when starts_with(${t}, '-') then '-' else '' end || case
    when ${point} <= 0 then '0.' || repeat('0', -${point}) || ${digits}
    when ${point} >= length(${digits}) then ${digits} || repeat('0', ${point} - length(${digits}))
    else left(${digits}, ${point}) || '.' || substr(${digits}, ${point} + 1) end)`;
}

/** The number at this scale without its point, as HUGEINT. `name` is for the failure. */
export function unscaled({ plain, whole, scale: own, odd }: NumberColumn, scale: number, name: string): string {
  if (odd) throw new StepProblem(`Field "${name}" has NaN or infinite values, with which nothing is computed`);
  refuseDigits(whole + Math.max(scale, own), name);
  if (scale === 0) return `${plain}::HUGEINT`;
  const type = whole + scale <= 18 ? `DECIMAL(18,${scale})` : `DECIMAL(38,${scale})`;
  return `replace(${plain}::${type}::varchar, '.', '')::HUGEINT`;
}

export function refuseDigits(digits: number, name: string): void {
  if (digits > maxDigits)
    throw new StepProblem(
      `Field "${name}" has numbers of ${digits} digits; arithmetic is exact up to ${maxDigits} digits and refused beyond`,
    );
}

/** Text of a HUGEINT without its point. */
export function decimalText(u: string, scale: number): string {
  if (scale === 0) return `(${u})::varchar`;
  const digits = `lpad(abs(${u})::varchar, greatest(${scale + 1}, length(abs(${u})::varchar))::int, '0')`;
  return `(case when (${u}) < 0 then '-' else '' end || left(${digits}, length(${digits}) - ${scale}) || '.' || right(${digits}, ${scale}))`;
}

/** `sum / count` rounded half-even to `scale + 6` digits, as text. */
export function averageText(sum: string, count: string, scale: number): string {
  const n = `(${count})::HUGEINT`;
  const rest = `(abs(${sum}) % ${n} * 1000000)`;
  const sixth = `(${rest} // ${n} + case
    when ${rest} % ${n} * 2 > ${n} or (${rest} % ${n} * 2 = ${n} and ${rest} // ${n} % 2 = 1) then 1 else 0 end)`;
  const whole = `(abs(${sum}) // ${n} + ${sixth} // 1000000)::varchar`;
  const digits = `(${whole} || lpad((${sixth} % 1000000)::varchar, 6, '0'))`;
  const padded = `lpad(${digits}, greatest(${scale + 7}, length(${digits}))::int, '0')`;
  const text = `(left(${padded}, length(${padded}) - ${scale + 6}) || '.' || right(${padded}, ${scale + 6}))`;
  return `(case when (${sum}) < 0 and regexp_matches(${digits}, '[1-9]') then '-' else '' end || ${text})`;
}

/** A HUGEINT of `scale` at a smaller scale, rounded half-even. */
export function rounded(u: string, scale: number, to: number): string {
  if (to >= scale) return u;
  const by = `1${'0'.repeat(scale - to)}::HUGEINT`;
  const rest = `abs(${u}) % ${by}`;
  return `(sign(${u})::HUGEINT * (abs(${u}) // ${by} + case
    when ${rest} * 2 > ${by} or (${rest} * 2 = ${by} and abs(${u}) // ${by} % 2 = 1) then 1 else 0 end))`;
}

/** SQL that orders numbers of any length by value; infinities at the ends, NaN after them, null stays null. */
export function numberKey({ plain, text, whole, scale, odd }: NumberColumn, to = { whole, scale }): string {
  const width = to.whole + to.scale;
  if (!odd && width <= maxDigits) return `${plain}::DECIMAL(${width <= 18 ? 18 : 38},${to.scale})`;
  const before = `lpad(ltrim(split_part(${plain}, '.', 1), '+-0'), ${to.whole}, '0')`;
  const digits = `(${before} || rpad(split_part(${plain}, '.', 2), ${to.scale}, '0'))`;
  const key = `case when starts_with(${plain}, '-') and regexp_matches(${plain}, '[1-9]')
    then '0' || translate(${digits}, '0123456789', '9876543210') else '1' || ${digits} end`;
  return odd ? `case ${text} when '-INF' then '' when 'INF' then '2' when 'NaN' then '3' else ${key} end` : `(${key})`;
}

/** The number in its one shortest form (`1.50` → `1.5`, `007` → `7`), so that equal numbers are equal texts. */
export function normalNumber({ plain, text, odd }: NumberColumn): string {
  const sign = `case when starts_with(${plain}, '-') and regexp_matches(${plain}, '[1-9]') then '-' else '' end`;
  const whole = `coalesce(nullif(ltrim(split_part(${plain}, '.', 1), '+-0'), ''), '0')`;
  const fraction = `rtrim(split_part(${plain}, '.', 2), '0')`;
  const number = `(${sign} || ${whole} || case when ${fraction} = '' then '' else '.' || ${fraction} end)`;
  return odd ? `case when ${plain} is null then ${text} else ${number} end` : number;
}

/** The same of a number in a spec; undefined for what is none. Exponents are written out exactly. */
export function normalNumberOf(text: string): string | undefined {
  if (['NaN', 'INF', '-INF'].includes(text)) return text;
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text.trim()) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const by = Number(exponent);
  const point = whole.length + by;
  const digits = point < 0 ? '0'.repeat(-point) + whole + fraction : (whole + fraction).padEnd(point, '0');
  const at = Math.max(point, 0);
  const before = digits.slice(0, at).replace(/^0+/, '') || '0';
  const after = digits.slice(at).replace(/0+$/, '');
  const number = after === '' ? before : `${before}.${after}`;
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}
