import { type Access, type ResourceDeclaration, resource } from '../resource/index.ts';
import { collapseCharts } from './pure/collapse-charts.ts';

const id = { type: 'integer', sql_type: 'integer', readonly: true } as const;
const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;
const owned = {
  owner_id: { type: 'uuid', nullable: true, readonly: true, secret: true },
  created_by_id: {
    type: 'integer',
    nullable: true,
    expression: '(select u.number from "user" u where u.id = {t}.owner_id)',
    readonly: true,
    help: 'Who may change it, beside administrators.',
  },
} as const;
const permission = {
  read: 'dashboard.read',
  write: 'dashboard.write',
  create: 'dashboard.create',
  owner: 'owner_id',
} as const;
/** Whoever makes one owns it. */
const own = (value: { owner_id?: unknown }, { before, access }: { before: object | null; access: Access }) => {
  if (before === null) value.owner_id = access.userId;
};

export const customChartResource: ResourceDeclaration = resource({
  resource_name: 'custom_chart',
  object_class: 'custom_chart',
  help: 'Charts; chart_json is whatever the client keeps there.',
  fields: {
    id,
    uuid: { type: 'string', blank: false, unique: true, maxLength: 255 },
    title: { type: 'string', blank: false, unique: true, maxLength: 255 },
    chart_json: { type: 'json' },
    ...owned,
    ...times,
  },
  required_fields_for_post: ['uuid', 'title', 'chart_json'],
  permission,
  hooks: { beforeWrite: own },
});

export const customDashboardResource: ResourceDeclaration = resource({
  resource_name: 'custom_dashboard',
  object_class: 'custom_dashboard',
  help: 'Charts in rows, by their uuid; a single dashboard shows the charts themselves in place.',
  fields: {
    id,
    title: { type: 'string', blank: false, unique: true, maxLength: 255 },
    description: { type: 'string', default: '' },
    layout: { type: 'integer', sql_type: 'integer', default: 0 },
    rows: { type: 'list', default: [], detail_expression: 'with_charts({t}.rows)' },
    ...owned,
    ...times,
  },
  required_fields_for_post: ['title'],
  order: ['title'],
  permission,
  hooks: {
    beforeWrite: (value, context) => {
      own(value, context);
      if (value.rows !== undefined) value.rows = collapseCharts(value.rows) as unknown[];
    },
  },
});
