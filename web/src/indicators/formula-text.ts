import type { Component, Role } from '../api/indicators.ts';

export const roleWords: Record<Role, string> = {
  PART_TO_BE_SUMMED: 'Parts that are added',
  NUMERATOR: 'Numerator',
  DENOMINATOR: 'Denominator',
  WHOLE_OF_DIFFERENCE: 'Whole',
  PART_OF_DIFFERENCE: 'Part taken away',
  latest_date: 'Newest day with a value of',
  district_count: 'Places with a value of',
};

/** The components as one would write them: `(seen − vaccinated) ÷ seen`. Half a ratio shows where the other half lacks. */
export function formulaText(
  components: readonly Pick<Component, 'calculation' | 'indicator_component__short_name'>[],
): string {
  const of = (role: Role) =>
    components.filter((one) => one.calculation === role).map((one) => one.indicator_component__short_name);
  const total = (names: string[]) => (names.length === 0 ? '?' : names.join(' + '));
  const bracketed = (names: string[]) => (names.length > 1 ? `(${total(names)})` : total(names));
  const [parts, over, under] = [of('PART_TO_BE_SUMMED'), of('NUMERATOR'), of('DENOMINATOR')];
  const [whole, part] = [of('WHOLE_OF_DIFFERENCE'), of('PART_OF_DIFFERENCE')];
  const written = [
    ...(whole.length + part.length > 0
      ? [`(${total(whole)} − ${part.length > 1 ? bracketed(part) : total(part)}) ÷ ${bracketed(whole)}`]
      : []),
    ...(over.length + under.length > 0 ? [`${bracketed(over)} ÷ ${bracketed(under)}`] : []),
    ...(parts.length > 0 ? [total(parts)] : []),
    ...of('latest_date').map((name) => `newest day of ${name}`),
    ...of('district_count').map((name) => `places with ${name}`),
  ];
  return written.join(', else ');
}
