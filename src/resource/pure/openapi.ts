import type { ActionDeclaration } from '../declaration.ts';
import { mediaTypes } from './choose-format.ts';
import { fieldTypes } from './field-types.ts';
import { type Lookup, lookups } from './lookups.ts';
import { type Column, type FieldModel, findColumn, type Model } from './model.ts';
import { lookupsAllowed } from './parse-filter.ts';
import { type Format, maxRows } from './query.ts';

/** A route's schema as Fastify and its OpenAPI plugin take it; it describes, the framework itself validates. */
export type Operation = Record<string, unknown>;

type JsonSchema = Record<string, unknown>;

export function listOperation(model: Model, formats: readonly Format[]): Operation {
  return {
    ...common(model, 'list', `List ${model.name}`),
    querystring: object({ ...filterParameters(model), ...pagingParameters(model, formats) }, requiredParameters(model)),
    response: {
      200: {
        description: 'One page, or a stream of everything in the other formats.',
        content: Object.fromEntries(
          formats.map((format) => [
            mediaTypes[format][0],
            { schema: format === 'json' ? listEnvelope(model) : { type: 'string' } },
          ]),
        ),
      },
    },
  };
}

export function detailOperation(model: Model): Operation {
  return {
    ...common(model, 'get', `One ${model.name}`),
    params: keyParameter(model),
    querystring: object({ fields: fieldsParameter }),
    response: { 200: withSchema('The object.', objectSchema(model)) },
  };
}

export function setOperation(model: Model): Operation {
  return {
    ...common(model, 'set', `Several ${model.name} by key, in the asked order`),
    params: object({ ids: { type: 'string', description: 'Keys, separated by `;`.' } }, ['ids']),
    response: {
      200: withSchema(
        'Those found, and the keys of those not found.',
        object({
          objects: { type: 'array', items: objectSchema(model) },
          etags: { type: 'array', items: { type: 'string' } },
          not_found: { type: 'array', items: {} },
        }),
      ),
    },
  };
}

export function schemaOperation(model: Model): Operation {
  return {
    ...common(model, 'schema', `What ${model.name} consists of`),
    response: { 200: withSchema('The schema.', {}) },
  };
}

export function createOperation(model: Model): Operation {
  return {
    ...common(model, 'create', `Create ${model.name}, one or many`),
    body: bodySchema(model, 'create'),
    headers: object({ 'idempotency-key': { type: 'string', maxLength: 255 }, prefer: { type: 'string' } }),
    querystring: object({ dry_run: dryRunParameter }),
    response: {
      201: withSchema('What is stored now.', objectSchema(model)),
      207: withSchema('A result per row, with `Prefer: handling=lenient`.', bulkResults),
    },
  };
}

export function bulkOperation(model: Model, method: 'PUT' | 'PATCH'): Operation {
  const name = method === 'PUT' ? 'upsert' : 'changeMany';
  return {
    ...common(model, name, method === 'PUT' ? `Create or replace many ${model.name}` : `Change many ${model.name}`),
    body: manyOf(model),
    headers: object({ prefer: { type: 'string' } }),
    querystring: object({ dry_run: dryRunParameter }),
    response: {
      [method === 'PUT' ? 200 : 202]: withSchema('What is stored now.', listEnvelope(model)),
      207: withSchema('A result per row, with `Prefer: handling=lenient`.', bulkResults),
    },
  };
}

export function updateOperation(model: Model, method: 'PUT' | 'PATCH'): Operation {
  const isWhole = method === 'PUT';
  return {
    ...common(
      model,
      isWhole ? 'replace' : 'change',
      isWhole ? `Replace a ${model.name}` : `Change fields of a ${model.name}`,
    ),
    params: keyParameter(model),
    headers: object({ 'if-match': { type: 'string' } }),
    body: bodySchema(model, isWhole ? 'replace' : 'update'),
    response: { [isWhole ? 200 : 202]: withSchema('What is stored now.', objectSchema(model)) },
  };
}

export function deleteOperation(model: Model): Operation {
  return {
    ...common(model, 'delete', `Delete a ${model.name}`),
    params: keyParameter(model),
    headers: object({ 'if-match': { type: 'string' } }),
    querystring: object({ cascade: cascadeParameter }),
    response: { 204: { description: 'Deleted.', type: 'null' } },
  };
}

export function deleteFromListOperation(model: Model): Operation {
  const key = { [model.primaryKey.name]: typeSchema(model.primaryKey) };
  const filters = model.declaration.delete_by_filter ? { ...filterParameters(model), dry_run: dryRunParameter } : {};
  return {
    ...common(
      model,
      'deleteFromList',
      `Delete a ${model.name} by key${model.declaration.delete_by_filter ? ', or many by filter' : ''}`,
    ),
    querystring: object({ ...filters, ...key, cascade: cascadeParameter }),
    response: { 204: { description: 'Deleted.', type: 'null' } },
  };
}

export function actionOperation(action: ActionDeclaration): Operation {
  const parameters = Object.fromEntries(
    Object.entries(action.parameters).map(([name, parameter]) => [
      name,
      {
        ...fieldTypes[parameter.type].jsonSchema,
        ...(parameter.help === undefined ? {} : { description: parameter.help }),
      },
    ]),
  );
  const run = object({ id: { type: 'string' }, state: { type: 'string' } });
  const envelope = object({
    meta: object({ total_count: { type: 'integer' }, run }),
    objects: { type: 'array', items: {} },
  });
  return {
    operationId: `${action.resource_name}.run`,
    tags: [action.resource_name],
    summary: action.help ?? `Run ${action.resource_name}`,
    headers: object({ 'idempotency-key': { type: 'string', maxLength: 255 }, prefer: { type: 'string' } }),
    querystring: object(parameters),
    response: { 200: withSchema('The run has ended.', envelope), 202: withSchema('The run goes on.', envelope) },
  };
}

function common(model: Model, name: string, summary: string): Operation {
  const { help } = model.declaration;
  return {
    operationId: `${model.name}.${name}`,
    tags: [model.name],
    summary,
    ...(help === undefined ? {} : { description: help }),
  };
}

function filterParameters(model: Model): Record<string, JsonSchema> {
  const parameters: Record<string, JsonSchema> = {};
  for (const name of new Set([...model.fields.keys(), ...model.listFields])) {
    const column = findColumn(model, name);
    if (column === undefined || column.field.field.right !== undefined) continue;
    for (const lookup of lookupsAllowed(model, column)) {
      parameters[lookup === 'exact' ? name : `${name}__${lookup}`] = filterSchema(column, lookups[lookup]);
    }
  }
  for (const [name, { type, choices, help }] of Object.entries(model.declaration.parameters ?? {})) {
    parameters[name] = {
      ...fieldTypes[type].jsonSchema,
      ...(choices ? { enum: [...choices] } : {}),
      ...(help ? { description: help } : {}),
    };
  }
  return parameters;
}

function filterSchema(column: Column, lookup: Lookup): JsonSchema {
  const plain = lookup.value === 'one value' ? fieldTypes[column.field.type].jsonSchema : { type: 'string' };
  return { ...plain, description: `${lookup.about} Value: ${lookup.value}.` };
}

function pagingParameters(model: Model, formats: readonly Format[]): Record<string, JsonSchema> {
  const data = model.declaration.envelope === 'data';
  return {
    ...(data
      ? {
          page: { type: 'integer', minimum: 1 },
          per_page: { type: 'integer', minimum: 1, maximum: 100 },
          filter: { type: 'string', description: 'Comma is AND, `(a OR b)`, `field op value`; docs/filters.md.' },
          sort: { type: 'string', description: '`field asc|desc,…` or `-field`.' },
        }
      : {
          limit: { type: 'integer', minimum: 0, description: `0 or absent: up to ${maxRows} rows.` },
          offset: { type: 'integer', minimum: 0 },
          order_by: { type: 'string', description: '`a,-b,relation__c`; nulls last.' },
          cursor: { type: 'string', description: 'From `next` or `previous`.' },
          count: { type: 'string', enum: ['exact', 'estimated', 'none'] },
        }),
    fields: fieldsParameter,
    format: { type: 'string', enum: [...formats] },
  };
}

function requiredParameters(model: Model): string[] {
  const declared = Object.entries(model.declaration.parameters ?? {}).filter(([, parameter]) => parameter.required);
  const always = (model.declaration.GET_params_required ?? []).filter((group) => typeof group === 'string');
  return [...always, ...declared.map(([name]) => name)];
}

function objectSchema(model: Model): JsonSchema {
  const columns = model.detailFields.map((name) => findColumn(model, name)!);
  return object({
    ...Object.fromEntries(columns.map((column) => [column.path, readSchema(column)])),
    resource_uri: { type: 'string' },
  });
}

function listEnvelope(model: Model): JsonSchema {
  const columns = model.listFields.map((name) => findColumn(model, name)!);
  const objects = {
    type: 'array',
    items: object(Object.fromEntries(columns.map((column) => [column.path, readSchema(column)]))),
  };
  return model.declaration.envelope === 'data'
    ? object({ data: objects, page: { type: 'integer' }, per_page: { type: 'integer' }, total: { type: 'integer' } }, [
        'data',
      ])
    : object({ meta: metaSchema, objects, error: { type: ['string', 'null'] } }, ['meta', 'objects', 'error']);
}

function readSchema(column: Column): JsonSchema {
  const schema = describedSchema(column.field);
  return column.nullable && 'type' in schema ? { ...schema, type: [schema.type, 'null'].flat() } : schema;
}

function bodySchema(model: Model, mode: 'create' | 'replace' | 'update'): JsonSchema {
  const required = mode === 'update' ? [] : [...(model.declaration.required_fields_for_post ?? [])];
  const one = object(Object.fromEntries(writableFields(model)), required);
  return mode === 'create' ? { anyOf: [one, manyOf(model)] } : one;
}

function manyOf(model: Model): JsonSchema {
  const one = object(Object.fromEntries(writableFields(model)));
  return object({ objects: { type: 'array', items: one } }, ['objects']);
}

function writableFields(model: Model): [string, JsonSchema][] {
  return [...model.fields.values()]
    .filter((field) => field.stored && !field.field.readonly && field.field.auto === undefined)
    .map((field) => {
      const schema = describedSchema(field);
      const nullable =
        field.field.nullable === true && 'type' in schema ? { ...schema, type: [schema.type, 'null'] } : schema;
      return [field.name, field.field.secret ? { ...nullable, writeOnly: true } : nullable];
    });
}

function describedSchema(field: FieldModel): JsonSchema {
  const { choices, help, maxLength, minimum, maximum } = field.field;
  return {
    ...typeSchema(field),
    ...(choices ? { enum: [...choices, ...(field.nullable ? [null] : [])] } : {}),
    ...(help === undefined ? {} : { description: help }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

const typeSchema = (field: FieldModel): JsonSchema => ({ ...fieldTypes[field.type].jsonSchema });

function keyParameter(model: Model): JsonSchema {
  return object({ pk: typeSchema(model.primaryKey) }, ['pk']);
}

function object(properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

const withSchema = (description: string, schema: JsonSchema) => ({
  description,
  content: { 'application/json': { schema } },
});

const fieldsParameter = { type: 'string', description: '`id,name,relation__field`' };
const dryRunParameter = { type: 'boolean', description: 'Do everything, keep nothing.' };
const cascadeParameter = { type: 'boolean', description: 'Delete what refers to it as well.' };
const bulkResults = object({
  results: {
    type: 'array',
    items: object({ status: { type: 'integer' }, id: {}, error: { type: 'string' } }, ['status']),
  },
});
const metaSchema = {
  ...object({
    limit: { type: 'integer' },
    offset: { type: 'integer' },
    total_count: { type: ['integer', 'null'] },
    next: { type: ['string', 'null'] },
    previous: { type: ['string', 'null'] },
    top_lvl_location_id: { type: ['integer', 'null'] },
    get_params: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  additionalProperties: true,
};
