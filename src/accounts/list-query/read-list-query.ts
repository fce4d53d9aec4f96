import { join, raw, type Sql, sql } from '../../platform/db/index.ts';
import { badRequest, forbidden } from '../errors.ts';
import { type Comparison, parseFilter, parseSort } from '../pure/parse-filter.ts';

export interface ListField {
  sql: Sql;
  type: 'text' | 'uuid' | 'time' | 'boolean' | 'number';
  /** Filtering and sorting by it needs an administrator. */
  adminOnly?: boolean;
  /** Computed: for sorting only. */
  sortOnly?: boolean;
}

export interface ListQuery {
  where: Sql;
  orderBy: Sql;
  /** Undefined: the whole list, up to `wholeListRows`. */
  page: { number: number; size: number } | undefined;
}

export const wholeListRows = 10_000;

/**
 * `filter`, `sort`, `page` and `per_page` of the script contract's lists (§4.1). Throws `Invalid filter`,
 * `Unknown filter field 'x'`, `Unknown sort field 'x'`, `Filter field 'x' requires admin privileges`.
 */
export function readListQuery(
  query: Record<string, unknown>,
  fields: Record<string, ListField>,
  options: { admin: boolean; defaultOrder: Sql },
): ListQuery {
  return {
    where: whereOf(textOf(query.filter), fields, options.admin),
    orderBy: orderOf(textOf(query.sort), fields, options),
    page: pageOf(textOf(query.page), textOf(query.per_page)),
  };
}

/** A repeated key: the first value wins. */
function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

function whereOf(text: string | undefined, fields: Record<string, ListField>, admin: boolean): Sql {
  if (text === undefined) return raw('true');
  const parsed = parseFilter(text);
  if (parsed === undefined) throw badRequest('Invalid filter');
  const parts = parsed.map(
    (ways) =>
      sql`(${join(
        ways.map((way) => comparisonSql(way, fields, admin)),
        raw(' or '),
      )})`,
  );
  return join(parts, raw(' and '));
}

function comparisonSql(comparison: Comparison, fields: Record<string, ListField>, admin: boolean): Sql {
  const { field: name, op } = comparison;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined || field.sortOnly) throw badRequest(`Unknown filter field '${name}'`);
  if (field.adminOnly && !admin) throw forbidden(`Filter field '${name}' requires admin privileges`);
  const value = boundValue(field, comparison);
  if (op === 'like') return sql`${field.sql}::text ilike ${value}`;
  const compared = field.type === 'text' ? sql`lower(${field.sql})` : field.sql;
  return op === '!=' ? sql`${compared} is distinct from ${value}` : sql`${compared} ${raw(op)} ${value}`;
}

function boundValue(field: ListField, { op, value }: Comparison): Sql {
  if (op === 'like') return sql`${value.replace(/[\\_]/g, '\\$&')}::text`;
  switch (field.type) {
    case 'text':
      return sql`lower(${value}::text)`;
    case 'uuid':
      if (!/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value)) throw badRequest('Invalid filter');
      return sql`${value}::uuid`;
    case 'time':
      if (!/^\d{4}-\d\d-\d\d/.test(value) || Number.isNaN(Date.parse(value))) throw badRequest('Invalid filter');
      return sql`${/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value} UTC`}::timestamptz`;
    case 'boolean':
      if (!/^(true|false|1|0)$/i.test(value)) throw badRequest('Invalid filter');
      return sql`${value.toLowerCase()}::boolean`;
    case 'number':
      if (Number.isNaN(Number(value))) throw badRequest('Invalid filter');
      return sql`${Number(value)}::numeric`;
  }
}

function orderOf(
  text: string | undefined,
  fields: Record<string, ListField>,
  { admin, defaultOrder }: { admin: boolean; defaultOrder: Sql },
): Sql {
  const keys = parseSort(text ?? '');
  if (keys.length === 0) return defaultOrder;
  const orders = keys.map(({ field: name, descending }) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw badRequest(`Unknown sort field '${name}'`);
    if (field.adminOnly && !admin) throw forbidden(`Filter field '${name}' requires admin privileges`);
    return sql`${field.sql} ${raw(descending ? 'desc' : 'asc')} nulls last`;
  });
  return sql`${join(orders)}, ${defaultOrder}`;
}

function pageOf(page: string | undefined, size: string | undefined): ListQuery['page'] {
  if (page === undefined && size === undefined) return undefined;
  return { number: clamp(page, 1, 1, 2 ** 31), size: clamp(size, 20, 1, 100) };
}

function clamp(text: string | undefined, fallback: number, min: number, max: number): number {
  const number = Number(text ?? fallback);
  return Number.isFinite(number) ? Math.min(max, Math.max(min, Math.trunc(number))) : fallback;
}
