import type { Indicator } from '../api/indicators.ts';
import { categoryColours, inOrder, rangeColours, shades } from '../indicators/bound-colour.ts';
import { valueText } from '../ui/value-text.ts';

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
  const text = (value: number) => valueText(value, indicator);
  if (bounds.length > 0) {
    const colours = rangeColours(bounds, indicator);
    return bounds.map((bound, index) => {
      const low = bound.mn_val ?? Number.NEGATIVE_INFINITY;
      const high = bound.mx_val ?? Number.POSITIVE_INFINITY;
      const isLast = index === bounds.length - 1;
      const range = `${bound.mn_val === null ? 'below' : `${text(low)} to`} ${bound.mx_val === null ? '…' : text(high)}`;
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
  if (low === high) return [{ label: text(low), colour: shades[2]!, holds: (value) => value === low }];
  const edge = (step: number) => low + ((high - low) * step) / shades.length;
  return shades.map((colour, step) => ({
    label: `${text(edge(step))} to ${text(edge(step + 1))}`,
    colour,
    holds: (value) => value >= edge(step) && (value < edge(step + 1) || (step === shades.length - 1 && value <= high)),
  }));
}
