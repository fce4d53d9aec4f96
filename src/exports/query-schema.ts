import { lookups } from '../datasets/index.ts';

const text = (description: string) => ({ type: 'string', description });

/**
 * For the API page; what a parameter means is decided by the code that reads it, which can say more than a schema. Any
 * other name is a filter on the column it names.
 */
export const rowsQuerySchema = {
  type: 'object',
  properties: {
    filter: text("Expression, such as: area > 10 and name ilike 'a%'. See docs/rows.md."),
    filter_by: text('The same under its older name; both are ANDed.'),
    q: text('Words that must all occur somewhere in the row.'),
    fields: text('Columns to show, separated by commas; -c leaves one out. Key columns stay unless key=false.'),
    key: text('false: key columns may be left out.'),
    sort: text('Columns to sort by; -c: descending.'),
    distinct: text('true: each different row once.'),
    limit: text('Largest number of rows. JSON pages of up to 10,000 carry the cursor of the next.'),
    cursor: text('Continue behind an earlier page. It fixes revision, filter and order.'),
    count: text('exact: also the number of all rows of the selection.'),
    format: text('json, ndjson, csv, parquet, xlsx, zip; the ending of the address wins.'),
    labels: text('raw, label or both: of columns with categories.'),
    header: text('name or title: headings of csv and xlsx.'),
    date_format: text('iso, ymd, dmy, mdy, or a strftime pattern.'),
    shape: text('wide; long: one row a value; array: JSON rows without an envelope.'),
    bom: text('true: a byte order mark in front of csv.'),
    delimiter: text('Of csv: a sign, or comma, semicolon, tab, space, pipe.'),
    decimal: text('Of csv: . or ,'),
    null: text('Of csv: what stands for a missing value.'),
    safe_cells: text('Of csv: true puts an apostrophe in front of texts that look like formulas.'),
    split: text('sheets: of xlsx, as many sheets as the rows need.'),
    data_format: text('Of the files inside of a zip; csv.'),
    plan: text('true: the statement and an estimate instead of rows.'),
    auth_token: text('A single-use download token.'),
  },
  additionalProperties: {
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    description: `A filter on a column: column=value or column__lookup=value, with ${Object.keys(lookups).join(' ')}.`,
  },
} as const;
