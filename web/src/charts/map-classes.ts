import type { Bound, Indicator } from '../api/indicators.ts';
import { categoryColours, inOrder, rangeColours, shades } from '../indicators/bound-colour.ts';
import { unitOf, valueText } from '../ui/value-text.ts';

export interface MapClass {
  label: string;
  colour: string;
  holds: (value: number) => boolean;
}

/** Categories, else ranges of the indicator where it has some, else five equal steps from the lowest to the highest value. */
export function mapClasses(indicator: Indicator | undefined, values: readonly number[]): MapClass[] {
  if (indicator?.data_format === 'class' && indicator.categories !== null) {
    const colours = categoryColours(indicator.categories.map(({ label }) => label));
    return indicator.categories.map(({ value: of, label }, index) => ({
      label,
      colour: colours[index]!,
      holds: (value) => value === of,
    }));
  }
  const bounds = inOrder(indicator?.bound_json ?? []);
  const text = (value: number) => valueText(value, indicator).replace(/^-/, '\u2212');
  const unit = unitOf(indicator);
  const measure = unit === '' ? '' : `\u00a0${unit}`;
  if (bounds.length > 0) {
    const colours = rangeColours(bounds, indicator);
    return bounds.map((bound, index) => {
      const low = bound.mn_val ?? Number.NEGATIVE_INFINITY;
      const high = bound.mx_val ?? Number.POSITIVE_INFINITY;
      const isLast = index === bounds.length - 1;
      const range = `${rangeText(bound, text)}${measure}`;
      return {
        label: `${bound.bound_name ? `${bound.bound_name}, ` : ''}${range}`,
        colour: colours[index]!,
        // The upper end belongs to the next range, where there is one.
        holds: (value) => value >= low && (value < high || (isLast && value <= high)),
      };
    });
  }
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) return [{ label: text(low) + measure, colour: shades[2]!, holds: (value) => value === low }];
  // Whole numbers are told apart by whole bounds; a mean of them may be none.
  const isWhole = indicator?.data_format === 'int' && values.every(Number.isInteger);
  const steps = isWhole ? Math.min(shades.length, high - low + 1) : shades.length;
  const edge = (step: number) => {
    const at = low + ((isWhole ? high - low + 1 : high - low) * step) / steps;
    return isWhole ? Math.round(at) : at;
  };
  return Array.from({ length: steps }, (_, step) => {
    const [from, to] = [edge(step), edge(step + 1)];
    const last = isWhole ? to - 1 : to;
    return {
      label: `${from === last ? text(from) : `${text(from)} to ${text(last)}`}${measure}`,
      colour: shades[Math.round((step / (steps - 1)) * (shades.length - 1))]!,
      holds: (value: number) => value >= from && (value < to || (step === steps - 1 && value <= high)),
    };
  });
}

/** Up to its end where there is none below, and from its begin where there is none above. */
function rangeText({ mn_val: low, mx_val: high }: Pick<Bound, 'mn_val' | 'mx_val'>, text: (value: number) => string) {
  if (low === null) return high === null ? 'all' : `< ${text(high)}`;
  return high === null ? `≥ ${text(low)}` : `${text(low)} to ${text(high)}`;
}
