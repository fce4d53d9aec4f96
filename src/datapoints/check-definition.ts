import type { ValueDefinition } from '../indicators/index.ts';
import { sql, type Tx } from '../platform/db/index.ts';
import { valuesInTheWay } from './errors.ts';

/** Refuses a change after which stored values of the indicator would mean something else, or nothing. */
export async function checkStoredValues(
  tx: Tx,
  indicatorId: number,
  before: ValueDefinition,
  after: ValueDefinition,
): Promise<void> {
  const reason = reasonOf(before, after);
  if (reason === undefined) return;
  const allowed = reason.allowed ?? null;
  const { n } = await tx.one<{ n: number }>(sql`
    select count(*)::int as n from datapoint d where d.indicator_id = ${indicatorId} and d.retracted_at is null
      and d.value is not null and (${allowed}::numeric[] is null or d.value <> all(${allowed}::numeric[]))`);
  if (n > 0) throw valuesInTheWay(before.short_name, reason.field, n, reason.what);
}

interface Reason {
  field: string;
  /** `3 values …` */
  what: string;
  /** Of these the meaning stays. */
  allowed?: number[];
}

function reasonOf(before: ValueDefinition, after: ValueDefinition): Reason | undefined {
  const isSame = JSON.stringify(before.categories) === JSON.stringify(after.categories);
  if (isSame && before.data_format === after.data_format && before.resource_name === after.resource_name)
    return undefined;
  if (before.resource_name !== after.resource_name) {
    return { field: 'resource_name', what: `per ${before.resource_name === 'date' ? 'day' : 'campaign'}` };
  }
  if (isDays(before) !== isDays(after)) {
    return { field: 'data_format', what: isDays(before) ? '(calendar days)' : '(no calendar days)' };
  }
  if (after.data_format === 'class') {
    const field = before.data_format === 'class' ? 'categories' : 'data_format';
    return { field, what: 'of none of the categories', allowed: (after.categories ?? []).map(({ value }) => value) };
  }
  if (after.data_format === 'bool' && before.data_format !== 'bool') {
    return { field: 'data_format', what: 'other than 0 and 1', allowed: [0, 1] };
  }
  return undefined;
}

const isDays = ({ data_format: format }: ValueDefinition): boolean => format === 'date' || format === 'date_int';
