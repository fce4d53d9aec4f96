/** The words of `doc_detail`, as people say them. */
const labels: Record<string, string> = {
  location_column: 'Column of the place',
  campaign_column: 'Column of the campaign',
  date_column: 'Column of the day',
  uq_id_column: 'Column that names a row',
  indicator_column: 'Column of the indicator',
  value_column: 'Column of the value',
  sheet: 'Sheet',
  header_row: 'Row of the headers',
  encoding: 'Encoding',
  delimiter: 'Columns are parted by',
  decimal: 'Decimal sign',
  thousands: 'Thousands are set off by',
  date_order: 'Order of days',
  percent: 'Percentages are written',
  missing_values: 'Words for nothing',
  duplicates: 'Cells said twice',
};
export const labelOf = (name: string): string => labels[name] ?? name;

interface Choice {
  value: string;
  label: string;
}
const choices: Record<string, Choice[]> = {
  decimal: [
    { value: '.', label: 'point: 12.5' },
    { value: ',', label: 'comma: 12,5' },
  ],
  thousands: [
    { value: ',', label: 'comma: 1,200' },
    { value: '.', label: 'point: 1.200' },
    { value: "'", label: 'apostrophe: 1’200' },
    { value: ' ', label: 'space: 1 200' },
  ],
  date_order: [
    { value: 'DMY', label: 'day, month, year' },
    { value: 'MDY', label: 'month, day, year' },
    { value: 'YMD', label: 'year, month, day' },
  ],
  percent: [
    { value: 'fraction', label: 'as shares: 0.25' },
    { value: 'hundred', label: 'of a hundred: 25' },
  ],
  duplicates: [
    { value: 'last', label: 'the later row counts' },
    { value: 'sum', label: 'they are added up' },
    { value: 'error', label: 'neither counts' },
  ],
};
export const choicesOf = (name: string): Choice[] | undefined => choices[name];

export const wordsOfDetail = (name: string, value: string): string =>
  name === 'missing_values' ? missingWords(value).join(', ') : value;

/** A JSON list, or words separated by commas: the server takes both. */
export function missingWords(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // Words separated by commas.
  }
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}
