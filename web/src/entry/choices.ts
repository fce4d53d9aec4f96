import type { Indicator } from '../api/indicators.ts';

type Kind = Pick<Indicator, 'data_format' | 'categories'>;

/** What there is to choose from, where values are words. */
export function choicesOf({ data_format: format, categories }: Kind): string[] {
  if (format === 'bool') return ['yes', 'no'];
  return format === 'class' ? (categories ?? []).map(({ label }) => label) : [];
}

/** What a beginning can only mean. */
export function completed(text: string, choices: readonly string[]): string {
  const given = text.trim().toLowerCase();
  const fitting = given === '' ? [] : choices.filter((one) => one.toLowerCase().startsWith(given));
  return fitting.length === 1 ? fitting[0]! : text;
}

/** The choice after the one that stands there, or before it; round at the ends. */
export function nextChoice(text: string, choices: readonly string[], step: 1 | -1): string {
  const at = choices.indexOf(completed(text, choices));
  return choices[at < 0 ? (step > 0 ? 0 : choices.length - 1) : (at + step + choices.length) % choices.length]!;
}
