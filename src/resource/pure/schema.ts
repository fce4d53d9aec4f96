import type { Access } from '../access.ts';
import { fieldTypes } from './field-types.ts';
import { type FieldModel, findColumn, isVisibleField, type Model } from './model.ts';
import { canOrderBy, filterableNames, lookupsAllowed } from './parse-filter.ts';

import { maxRows } from './query.ts';

export interface FieldSchema {
  type: string;
  nullable: boolean;
  blank: boolean;
  default: unknown;
  readonly: boolean;
  unique: boolean;
  primary_key: boolean;
  help_text: string;
  verbose_name: string;
  related_to: string | null;
  choices: readonly (string | number)[] | null;
}

/** `/schema`: the declaration as clients may know it (monitoring.md §2.9). */
export function resourceSchema(model: Model, access: Access): object {
  const { declaration, methods } = model;
  // What a module's own route answers at the list's address is there as well.
  const listMethods = new Set<string>([...methods, ...(declaration.own_routes?.list ?? [])]);
  const names = [...filterableNames(model, access)].filter((name) => !model.relations.has(name));
  return {
    allowed_list_http_methods: [
      ...['get'],
      ...['post', 'put', 'patch', 'delete'].filter((method) => has(listMethods, method)),
    ],
    allowed_detail_http_methods: ['get', ...['put', 'patch', 'delete'].filter((method) => has(methods, method))],
    default_format: 'application/json',
    default_limit: declaration.default_limit ?? maxRows,
    filtering: Object.fromEntries(names.map((name) => [name, lookupsAllowed(model, findColumn(model, name)!)])),
    ordering: [...new Set([...model.fields.keys(), ...model.listFields])].filter((name) =>
      canOrderBy(model, name, access),
    ),
    required_on_post: [
      ...(declaration.own_routes?.required_on_post ?? declaration.required_fields_for_post ?? []),
    ].sort(),
    required_on_get: (declaration.GET_params_required ?? []).map((group) => [group].flat()[0]!),
    fields: Object.fromEntries(fieldSchemas(model, access)),
  };
}

function has(methods: Set<string>, method: string): boolean {
  return methods.has(method.toUpperCase());
}

function fieldSchemas(model: Model, access: Access): [string, FieldSchema][] {
  const own = [...model.fields.values()]
    .filter((field) => isVisibleField(field, access))
    .map((field) => fieldSchema(model, field));
  const related = [...new Set([...model.listFields, ...model.detailFields])]
    .filter((name) => !model.fields.has(name))
    .map((name) => findColumn(model, name)!)
    .filter((column) => isVisibleField(column.field, access))
    .map((column): [string, FieldSchema] => [
      column.path,
      {
        ...schemaOf(column.field),
        nullable: column.nullable,
        readonly: true,
        unique: false,
        primary_key: false,
        verbose_name: verbose(column.path),
      },
    ]);
  return [...own, ...related, ['resource_uri', resourceUriSchema]];
}

function fieldSchema(model: Model, field: FieldModel): [string, FieldSchema] {
  const schema = schemaOf(field);
  const target = [...model.relations.values()].find((relation) => relation.foreignKey === field)?.target;
  return [field.name, target ? { ...schema, type: 'related', related_to: target.name } : schema];
}

function schemaOf(field: FieldModel): FieldSchema {
  const declared = field.field;
  return {
    type: fieldTypes[field.type].schemaType,
    nullable: field.nullable,
    blank: field.nullable || (declared.blank ?? true),
    default: declared.default ?? null,
    readonly: !field.stored || Boolean(declared.readonly) || declared.auto !== undefined,
    unique: declared.unique === true || field.isPrimaryKey,
    primary_key: field.isPrimaryKey,
    help_text: declared.help ?? '',
    verbose_name: verbose(field.name),
    related_to: null,
    choices: declared.choices ?? null,
  };
}

const verbose = (name: string): string => name.replaceAll('__', ' ').replaceAll('_', ' ');

const resourceUriSchema: FieldSchema = {
  type: 'string',
  nullable: false,
  blank: false,
  default: null,
  readonly: true,
  unique: true,
  primary_key: false,
  help_text: 'Address of the object.',
  verbose_name: 'resource uri',
  related_to: null,
  choices: null,
};
