import type { Lineage } from '../lineage.ts';

type Value = Lineage['value'];

/** Values of indicators whose values are calendar days leave as YYYY-MM-DD (§3.3), wherever a lineage tells one. */
export function withDays<Told extends Lineage>(told: Told, isDay: (indicatorId: number) => boolean): Told {
  const inputs = told.inputs?.map((input) => withDays(input, isDay));
  const deeper = inputs === undefined ? told : { ...told, inputs };
  if (!isDay(told.cell.indicator_id)) return deeper;
  const { conflict, superseded, entry } = told as {
    conflict?: { stored: Value; computed: Value };
    superseded?: { value: Value }[];
    entry?: { value_before?: Value };
  };
  return {
    ...deeper,
    value: dayOf(told.value),
    ...(conflict && { conflict: { stored: dayOf(conflict.stored), computed: dayOf(conflict.computed) } }),
    ...(superseded && { superseded: superseded.map((one) => ({ ...one, value: dayOf(one.value) })) }),
    ...(entry?.value_before !== undefined && { entry: { ...entry, value_before: dayOf(entry.value_before) } }),
  };
}

/** Every indicator a lineage speaks of. */
export function indicatorsOf(told: Lineage): number[] {
  return [...new Set([told.cell.indicator_id, ...(told.inputs ?? []).flatMap(indicatorsOf)])];
}

/** As `value_shown` in SQL: what is no day stays the number it is. */
function dayOf(value: Value): Value {
  if (typeof value !== 'number' || value < 10_000_101 || value > 99_991_231) return value;
  return String(Math.trunc(value)).replace(/^(....)(..)(..)$/, '$1-$2-$3');
}
