import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { lookupsOf } from '../../src/resource/pure/lookups.ts';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
  await seed(world.db);
});

test('/schema says what the declaration says', async () => {
  const { body } = await world.admin.get('/api/v1/site/schema/');
  expect(body).toMatchObject({
    allowed_list_http_methods: ['get', 'post', 'put', 'patch', 'delete'],
    allowed_detail_http_methods: ['get', 'put', 'patch', 'delete'],
    default_format: 'application/json',
    default_limit: 10_000,
    required_on_post: ['code', 'name', 'owner', 'region_id'],
    required_on_get: [],
  });
  expect(Object.keys(body.fields)).toEqual([
    'id',
    'region_id',
    'parent_site_id',
    'name',
    'code',
    'owner',
    'opened_on',
    'latitude',
    'area',
    'active',
    'tags',
    'settings',
    'level',
    'created_at',
    'updated_at',
    'region__name',
    'parent_site__name',
    'resource_uri',
  ]);
  const types = Object.fromEntries(
    Object.entries(body.fields as Record<string, { type: string }>).map(([name, { type }]) => [name, type]),
  );
  expect(types).toMatchObject({
    id: 'integer',
    region_id: 'related',
    name: 'string',
    opened_on: 'date',
    latitude: 'float',
    active: 'boolean',
    tags: 'list',
    settings: 'dict',
    created_at: 'datetime',
    region__name: 'string',
  });
  expect(body.fields.id).toEqual({
    type: 'integer',
    nullable: false,
    blank: true,
    default: null,
    readonly: true,
    unique: true,
    primary_key: true,
    help_text: '',
    verbose_name: 'id',
    related_to: null,
    choices: null,
  });
  expect(body.fields.region_id.related_to).toBe('region');
  expect(body.fields.parent_site_id.nullable).toBe(true);
  expect(body.fields.active.default).toBe(true);
  expect(body.filtering.name).toEqual(lookupsOf('string'));
  expect(body.filtering.settings).toEqual(['isnull']);
  expect(body.filtering).toHaveProperty('parent_site__name');
  expect(body.filtering).not.toHaveProperty('pin');
  expect(body.ordering).not.toContain('settings');
  expect((await world.admin.get('/api/v1/sample/schema/')).body.required_on_get).toEqual(['visit_id']);
});

describe('OpenAPI', () => {
  test('has every operation, every filter and no secret', async () => {
    const document = world.app.swagger() as unknown as {
      paths: Record<
        string,
        Record<string, { parameters?: { name: string }[]; responses: object; operationId: string }>
      >;
    };
    const { paths } = document;
    expect(Object.keys(paths['/api/v1/site']!).sort()).toEqual(['delete', 'get', 'patch', 'post', 'put']);
    expect(Object.keys(paths['/api/v1/site/{pk}']!).sort()).toEqual(['delete', 'get', 'patch', 'put']);
    expect(Object.keys(paths['/api/v1/site_size']!)).toEqual(['get']);
    expect(paths['/api/v1/site/set/{ids}']).toBeDefined();
    expect(paths['/api/v1/site/schema']).toBeDefined();
    expect(Object.keys(paths['/api/v1/recount']!).sort()).toEqual(['get', 'post']);
    const names = paths['/api/v1/site']!.get!.parameters!.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'name__icontains',
        'opened_on__year',
        'region__name',
        'min_visits',
        'limit',
        'cursor',
        'fields',
      ]),
    );
    expect(names.filter((name) => name.startsWith('pin'))).toEqual([]);
    const read = JSON.stringify(paths['/api/v1/site/{pk}']!.get!.responses);
    expect(read).not.toContain('"pin"');
    expect(read).toContain('"region__name"');
    expect(JSON.stringify(paths['/api/v1/site']!.post)).toContain('"writeOnly":true');
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    const repeated = ids.filter((id, index) => id !== undefined && ids.indexOf(id) !== index);
    expect(repeated).toEqual(['recount.run']);
  });

  test('every documented filter is taken', async () => {
    const document = world.app.swagger() as unknown as {
      paths: Record<
        string,
        Record<string, { parameters: { name: string; schema: { type: string; format?: string } }[] }>
      >;
    };
    const skip = ['limit', 'offset', 'order_by', 'cursor', 'count', 'fields', 'format'];
    const filters = document.paths['/api/v1/site']!.get!.parameters.filter(({ name }) => !skip.includes(name));
    expect(filters.length).toBeGreaterThan(100);
    for (const { name, schema } of filters) {
      const value =
        name.endsWith('__isnull') || schema.type === 'boolean' ? 'true' : name.endsWith('__range') ? '1,2' : '1';
      const isDay = schema.format === 'date' || /opened_on__(in|range)$/.test(name);
      const isInstant = schema.format === 'date-time' || /_at__(in|range)$/.test(name);
      const day = name.endsWith('range') ? '2020-01-01,2020-02-01' : '2020-01-01';
      const { status, body } = await world.admin.get(
        `/api/v1/site/?${name}=${isDay || isInstant ? day : value}&limit=1`,
      );
      expect([name, status, body.error]).toEqual([name, 200, null]);
    }
  });
});

test('every code of the resource framework is in docs/errors.md with its status', () => {
  const source = readFileSync('src/resource/errors.ts', 'utf8');
  const page = readFileSync('docs/errors.md', 'utf8');
  const pairs = [
    ...[...source.matchAll(/new AppError\(\s*(\d{3}),\s*'(\w+)'/g)].map((match) => [match[2], match[1]]),
    ...[...source.matchAll(/parameterError\(\s*'(\w+)'/g)].map((match) => [match[1], '400']),
  ];
  expect(pairs.length).toBeGreaterThan(25);
  const missing = pairs.filter(([code, status]) => !page.includes(`| \`${code}\` | ${status} |`));
  expect(missing).toEqual([]);
});
