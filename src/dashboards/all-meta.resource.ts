import { join, type Sql, sql } from '../platform/db/index.ts';
import { invalidParameter, type ResourceDeclaration, resource } from '../resource/index.ts';

/** Key → the resource whose list it is. */
const lists = {
  campaigns: 'campaign',
  charts: 'custom_chart',
  dashboards: 'custom_dashboard',
  indicators: 'indicator',
  indicator_tags: 'indicator_tag',
  indicators_to_tags: 'indicator_to_tag',
  locations: 'location',
} as const;
type Key = keyof typeof lists | 'is_superuser';
const keys = [...Object.keys(lists), 'is_superuser'] as Key[];

/** Everything an old client loads at its start, in one object and one statement; each part as its own list shows it. */
export const allMetaResource: ResourceDeclaration = resource({
  resource_name: 'all_meta',
  help: 'All master data the caller sees, in one object. keys=a,b selects parts.',
  object_class: (parameters, { access, list }) => {
    const parts = keysOf(parameters.keys).map((key): Sql => {
      const value = key === 'is_superuser' ? sql`${access.role === 'SUPERADMIN'}::boolean` : list(lists[key]);
      return sql`${value} as ${sql.ref(key)}`;
    });
    return sql`select ${join([sql`1 as id`, ...parts])}`;
  },
  fields: {
    id: { type: 'integer' },
    campaigns: { type: 'list' },
    charts: { type: 'list' },
    dashboards: { type: 'list' },
    indicators: { type: 'list' },
    indicator_tags: { type: 'list' },
    indicators_to_tags: { type: 'list' },
    locations: { type: 'list' },
    is_superuser: { type: 'boolean' },
  },
  query_fields: keys,
  filtering: { '*': false },
  permission: { read: 'metadata.read' },
  parameters: { keys: { type: 'string', help: keys.join(', ') } },
  hooks: { select: (query, parameters) => query.only(keysOf(parameters.keys)) },
});

function keysOf(given: unknown): Key[] {
  if (given === undefined) return keys;
  const asked = String(given)
    .split(',')
    .map((key) => key.trim());
  const unknown = asked.find((key) => !(keys as string[]).includes(key));
  if (unknown !== undefined) throw invalidParameter('keys', unknown, `some of ${keys.join(', ')}`);
  return asked as Key[];
}
