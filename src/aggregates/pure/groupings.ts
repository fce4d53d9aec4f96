/** Groups of days (monitoring §6.3): the day each begins on, and what it is called, as SQL over `{day}`; its length. */
export const groupings = {
  year: {
    start: `date_trunc('year', {day})::date`,
    label: 'to_jsonb(extract(year from {day})::int)',
    step: '1 year',
  },
  quarter: {
    start: `date_trunc('quarter', {day})::date`,
    label: `to_jsonb(to_char({day}, 'YYYYQ'))`,
    step: '3 months',
  },
  month: { start: `date_trunc('month', {day})::date`, label: `to_jsonb(to_char({day}, 'YYYYMM'))`, step: '1 month' },
  week: { start: `date_trunc('week', {day})::date`, label: `to_jsonb(to_char({day}, 'IYYY-"W"IW'))`, step: '7 days' },
  day: { start: '{day}', label: `to_jsonb(to_char({day}, 'YYYY-MM-DD'))`, step: '1 day' },
  all_time: { start: `date '1970-01-01'`, label: `to_jsonb(1)`, step: undefined },
} as const;
export type Grouping = keyof typeof groupings;
export const groupingNames = Object.keys(groupings) as Grouping[];

/**
 * Indicators that are quotients of others, in the order they can be worked out: those of each step need only what the
 * steps before give. `from` names the components of each.
 */
export function stepsOf(from: ReadonlyMap<number, readonly number[]>): number[][] {
  const steps: number[][] = [];
  let left = [...from.keys()];
  while (left.length > 0) {
    const ready = left.filter((id) => !from.get(id)!.some((part) => left.includes(part)));
    // The database refuses cycles; if there were one, it would have no value.
    if (ready.length === 0) return steps;
    steps.push(ready);
    left = left.filter((id) => !ready.includes(id));
  }
  return steps;
}

/** `2015` is a year, `20151` a quarter, `201503` a month: what a group is called says which grouping made it. */
export function groupingOf(label: string): Grouping | undefined {
  if (label === '1') return 'all_time';
  const shapes: [RegExp, Grouping][] = [
    [/^\d{4}$/, 'year'],
    [/^\d{4}[1-4]$/, 'quarter'],
    [/^\d{4}(0[1-9]|1[0-2])$/, 'month'],
    [/^\d{4}-W\d{2}$/, 'week'],
    [/^\d{4}-\d{2}-\d{2}$/, 'day'],
  ];
  return shapes.find(([shape]) => shape.test(label))?.[1];
}
