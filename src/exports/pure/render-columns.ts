import { type Column, columnRef, isoSql, jsonCellSql, type Rendered } from '../../datasets/index.ts';
import type { OutputOptions } from './output-options.ts';

/** A column that leaves: its name and heading, and its cell as SQL. */
export interface OutputColumn extends Rendered {
  title: string;
  /** The cell is text made for the eye: no number, no date any more. */
  asText: boolean;
  /** Where it comes from. */
  column: Column;
}

export type CellStyle = 'json' | 'csv' | 'typed';

/** `typed` leaves values as the engine has them (Parquet, XLSX). Labels and date patterns hold for every format. */
export function renderColumns(columns: readonly Column[], style: CellStyle, options: OutputOptions): OutputColumn[] {
  return columns.flatMap((column) => {
    const plain = cellOf(column, style, options);
    if (column.labels.size === 0 || options.labels === 'raw') return [plain];
    const label: OutputColumn = { ...plain, sql: safe(labelSql(column), style, options), asText: true };
    if (options.labels === 'label') return [label];
    return [plain, { ...label, name: `${column.name}__label`, title: `${column.title} (label)` }];
  });
}

function cellOf(column: Column, style: CellStyle, options: OutputOptions): OutputColumn {
  const output = { name: column.name, title: column.title, column };
  const pattern =
    column.kind === 'date' ? options.datePattern : column.kind === 'datetime' ? options.dateTimePattern : undefined;
  if (pattern !== undefined) {
    return { ...output, sql: `strftime(${columnRef(column.name)}, '${pattern.replaceAll("'", "''")}')`, asText: true };
  }
  if (style === 'json') return { ...output, sql: jsonCellSql(column), asText: false };
  if (style === 'csv') return { ...output, sql: csvCellSql(column, options), asText: false };
  return { ...output, sql: columnRef(column.name), asText: false };
}

function csvCellSql(column: Column, options: OutputOptions): string {
  const ref = columnRef(column.name);
  switch (column.kind) {
    case 'number':
      return options.decimal === ',' && /^(DOUBLE|FLOAT|DECIMAL)/.test(column.engineType)
        ? `replace(cast(${ref} as VARCHAR), '.', ',')`
        : ref;
    case 'datetime':
      return isoSql(ref, column);
    case 'text':
      return safe(ref, 'csv', options);
    case 'json':
    case 'other':
      return safe(`cast(${ref} as VARCHAR)`, 'csv', options);
    default:
      return ref;
  }
}

/** What begins like a formula is one to a spreadsheet (OWASP CSV injection). */
function safe(sql: string, style: CellStyle, options: OutputOptions): string {
  if (style !== 'csv' || !options.safeCells) return sql;
  return `case when regexp_matches(${sql}, '^[=+\\-@\\t\\r]') then '''' || ${sql} else ${sql} end`;
}

function labelSql({ name, labels }: Column): string {
  const text = `cast(${columnRef(name)} as VARCHAR)`;
  const quote = (value: string) => `'${value.replaceAll('\0', '').replaceAll("'", "''")}'`;
  const cases = [...labels].map(([value, label]) => `when ${quote(value)} then ${quote(label)}`);
  return `case ${text} ${cases.join(' ')} else ${text} end`;
}
