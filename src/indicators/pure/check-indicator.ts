import { type DataFormat, type Operator, operatorsOf } from './operators.ts';

/** What an indicator is about to be, as far as its fields have to agree with each other. */
export interface Definition {
  data_format: DataFormat;
  aggregation: Operator | null;
  weight_indicator_id: number | null;
  min: number | null;
  max: number | null;
  categories: unknown;
}

/** The first disagreement between fields: the field to blame, and why. */
export function checkIndicator(given: Definition): { field: string; message: string } | undefined {
  const { data_format: format, aggregation, weight_indicator_id: weight, min, max, categories } = given;
  const allowed = operatorsOf[format];
  if (aggregation !== null && !allowed.includes(aggregation)) {
    return { field: 'aggregation', message: `aggregation of ${format} must be one of ${allowed.join(', ')}` };
  }
  if (aggregation === 'weighted_mean' && weight === null) {
    return { field: 'weight_indicator_id', message: 'weighted_mean needs weight_indicator_id' };
  }
  if (weight !== null && aggregation !== 'weighted_mean') {
    return { field: 'weight_indicator_id', message: 'weight_indicator_id needs aggregation weighted_mean' };
  }
  if (min !== null && max !== null && min > max) return { field: 'max', message: 'max must not be below min' };
  return categories === null ? undefined : checkCategories(format, categories);
}

function checkCategories(format: DataFormat, categories: unknown): { field: string; message: string } | undefined {
  const field = 'categories';
  if (format !== 'class') return { field, message: 'categories are for data_format class' };
  const list = categories as { value?: unknown; label?: unknown }[];
  const areCategories = list.every(
    (category) =>
      typeof category === 'object' &&
      category !== null &&
      Number.isFinite(category.value) &&
      typeof category.label === 'string' &&
      category.label.trim() !== '' &&
      Object.keys(category).length === 2,
  );
  if (!areCategories) return { field, message: 'categories must be a list of {"value": number, "label": text}' };
  const values = new Set(list.map((category) => category.value));
  const labels = new Set(list.map((category) => String(category.label).trim().toLowerCase()));
  return values.size < list.length || labels.size < list.length
    ? { field, message: 'values and labels of categories must differ from each other' }
    : undefined;
}
