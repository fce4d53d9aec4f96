import { dateOrderOf } from './date-order.ts';

/** What the columns of a document are, and how its cells are meant, as `doc_detail` says it. */
export type Details = Partial<Record<DetailName, string>>;

export const detailNames = [
  'location_column',
  'campaign_column',
  'date_column',
  'uq_id_column',
  'indicator_column',
  'value_column',
  'sheet',
  'header_row',
  'encoding',
  'delimiter',
  'decimal',
  'thousands',
  'date_order',
  'percent',
  'missing_values',
  'duplicates',
] as const;
export type DetailName = (typeof detailNames)[number];

/** Characters of a title, of one detail, and of a code of the mapping memory, by which it is looked up. */
export const maxTitle = 300;
export const maxDetail = 2000;
export const maxCode = 500;

/** Those the engine is told before the file is read. */
export const readingDetails = ['sheet', 'header_row', 'encoding', 'delimiter'] as const satisfies readonly DetailName[];

export type Role = 'location' | 'campaign' | 'date' | 'unique_key' | 'indicator_code' | 'value' | 'indicator';

export interface ColumnRole {
  /** From 1, as in the file. */
  position: number;
  name: string;
  role: Role;
}

/** Names a column is taken for its role by, when none is declared; the first is the one a refusal asks for. */
const usual = {
  location: ['geocode', 'location_code', 'location', 'place_code', 'place'],
  campaign: ['campaign', 'campaign_name'],
  date: ['data_date', 'date'],
  unique_key: ['unique_key'],
  indicator_code: ['indicator', 'indicator_code'],
  value: ['value'],
} as const;

/** The detail that says which column has a role. */
export const declaredBy = {
  location: 'location_column',
  campaign: 'campaign_column',
  date: 'date_column',
  unique_key: 'uq_id_column',
  indicator_code: 'indicator_column',
  value: 'value_column',
} as const satisfies Record<keyof typeof usual, DetailName>;

export type NeededRole = 'location' | 'campaign' | 'date';

/** Where a column the shape needs is not there: `missing` is what it is called, `role` what nobody said the column of. */
export type Roles = { columns: ColumnRole[]; isLong: boolean } | { missing: string; role?: NeededRole };

/**
 * Which column is what (monitoring §7.2): place and period, maybe a key; then one column an indicator, or in a long file
 * one with its name and one with the value.
 */
export function columnRoles(header: readonly string[], fileType: 'campaign' | 'date', details: Details): Roles {
  const taken = new Map<number, Role>();
  const find = (role: keyof typeof usual): number | { missing: string } => {
    const declared = details[declaredBy[role]];
    if (declared !== undefined) {
      const index = indexOf(header, declared);
      return index < 0 ? { missing: declared } : index;
    }
    const index = usual[role].map((name) => indexOf(header, name)).find((at) => at >= 0 && !taken.has(at));
    return index ?? { missing: usual[role][0] };
  };
  const needed = ['location', fileType] as const;
  for (const role of needed) {
    const found = find(role);
    if (typeof found !== 'number') return details[declaredBy[role]] === undefined ? { ...found, role } : found;
    taken.set(found, role);
  }
  const key = find('unique_key');
  if (typeof key === 'number') taken.set(key, 'unique_key');
  else if (details.uq_id_column !== undefined) return key;
  const [code, value] = [find('indicator_code'), find('value')];
  const isLong = typeof code === 'number' && typeof value === 'number';
  const isAsked = details.indicator_column !== undefined || details.value_column !== undefined;
  if (!isLong && isAsked) return typeof code === 'number' ? (value as { missing: string }) : code;
  if (isLong) {
    taken.set(code, 'indicator_code');
    taken.set(value, 'value');
  }
  // In a campaign file a date is nobody's indicator either, and the other way round.
  const columns = header.flatMap((name, index): ColumnRole[] => {
    const role = taken.get(index) ?? (isLong ? undefined : 'indicator');
    return role === undefined ? [] : [{ position: index + 1, name, role }];
  });
  return { columns, isLong };
}

function indexOf(header: readonly string[], name: string): number {
  const exact = header.indexOf(name);
  return exact >= 0 ? exact : header.findIndex((one) => one.trim().toLowerCase() === name.trim().toLowerCase());
}

/** How cells are meant. What is undefined is found out from the whole column. */
export interface CellReading {
  decimal: '.' | ',' | null;
  /** DMY, MDY, YMD or a pattern. */
  dateOrder: string | null;
  percent: 'fraction' | 'hundred' | null;
  missing: string[];
  duplicates: 'last' | 'sum' | 'error';
}

export function cellReading(details: Details): CellReading {
  const decimal =
    pointOrComma(details.decimal) ??
    (details.thousands?.trim() === ',' ? '.' : null) ??
    (details.thousands?.trim() === '.' ? ',' : null);
  return {
    decimal,
    dateOrder: details.date_order === undefined ? null : (dateOrderOf(details.date_order) ?? null),
    percent: details.percent === 'fraction' || details.percent === 'hundred' ? details.percent : null,
    missing: wordsOf(details.missing_values),
    duplicates: details.duplicates === 'sum' || details.duplicates === 'error' ? details.duplicates : 'last',
  };
}

const pointOrComma = (text: string | undefined): '.' | ',' | null => {
  const mark = text?.trim();
  return mark === '.' || mark === ',' ? mark : null;
};

/** A JSON list, or words separated by commas. */
function wordsOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  const list: unknown = text.trim().startsWith('[') ? parsed(text) : undefined;
  const words = Array.isArray(list) ? list.map(String) : text.split(',');
  return words.map((word) => word.trim().toLowerCase()).filter((word) => word !== '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Words a detail may have; undefined: any text. */
export const detailChoices: Partial<Record<DetailName, readonly string[]>> = {
  decimal: ['.', ','],
  thousands: [',', '.', "'", ' '],
  percent: ['fraction', 'hundred'],
  duplicates: ['last', 'sum', 'error'],
};
