import { Problem } from '../api/problem.ts';
import { labelOf } from './detail-words.ts';

/** What the server calls a column that it needs and that nobody said the name of. */
const rolesByName: Record<string, string> = {
  geocode: 'location_column',
  campaign: 'campaign_column',
  data_date: 'date_column',
};

/** A refusal for want of a column, in the words of the form. */
export function missingColumn(error: unknown, given: Record<string, string>): string | undefined {
  if (!(error instanceof Problem) || error.code !== 'missing_column') return undefined;
  const name = error.errors[0]?.column ?? '';
  const [said] = Object.entries(given).find(([, column]) => column === name) ?? [];
  const role = said ?? rolesByName[name];
  const label = role === undefined ? name : labelOf(role);
  if (said !== undefined) return `${label}: the file has no column “${name}”.`;
  const { proposed, proposed_header_row: row } = error.errors[0] ?? {};
  if (row !== undefined)
    return `The headers seem to stand in row ${row}, below a title. It is filled in: upload again, or say another.`;
  return `${label}: no column is called as it usually is. ${
    proposed === undefined
      ? 'Say which one it is.'
      : `“${proposed}” looks like it and is filled in: upload again, or say another.`
  }`;
}

/** The role that no column was named for, and the column whose cells look like it. */
export function proposedRole(error: unknown): Record<string, string> {
  if (!(error instanceof Problem) || error.code !== 'missing_column') return {};
  const { column = '', proposed } = error.errors[0] ?? {};
  const role = rolesByName[column];
  return role === undefined || proposed === undefined ? {} : { [role]: proposed };
}

/** The row that looks like the headers, and what it says, where a title stands above the table. */
export function proposedHeader(error: unknown): { row: number; names: string[] } | undefined {
  if (!(error instanceof Problem) || error.code !== 'missing_column') return undefined;
  const { proposed_header_row: row, proposed_header: names = [] } = error.errors[0] ?? {};
  return row === undefined ? undefined : { row, names };
}
