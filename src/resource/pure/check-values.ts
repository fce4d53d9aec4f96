import type { ErrorDetail } from '../../platform/errors/index.ts';
import { invalidBody } from '../errors.ts';
import { fieldTypes } from './field-types.ts';
import type { FieldModel, Model } from './model.ts';
import { nearest } from './nearest.ts';

/** What a body may lack: a create needs the required fields, a replacement gives absent ones their default. */
export type WriteMode = 'create' | 'update' | 'replace';

/** Values as PostgreSQL takes them, by field name; `useDefault` lets the column's own default count. */
export type WriteValues = Record<string, unknown>;
export const useDefault = Symbol('default');

/**
 * A body → the values to write. Finds everything wrong at once. The text is that of the first kind found: unknown
 * fields, then missing ones, then wrong values.
 */
export function checkValues(
  model: Model,
  body: Record<string, unknown>,
  mode: WriteMode,
  /** Form and CSV bodies hold text only: an empty one is null where that is allowed. */
  isText: boolean,
): WriteValues {
  const unknown = Object.keys(body).filter((name) => !isKnown(model, name));
  const refused = [...model.fields.values()].filter(
    (field) => field.field.readonly === 'refuse' && body[field.name] !== undefined,
  );
  const missing = mode === 'update' ? [] : missingFields(model, body);
  const values: WriteValues = {};
  const wrong: ErrorDetail[] = [];
  for (const field of model.fields.values()) {
    if (!isWritable(field, mode)) continue;
    const given = Object.hasOwn(body, field.name) ? body[field.name] : undefined;
    if (given === undefined) {
      if (mode === 'update' || field.isPrimaryKey) continue;
      if (field.field.default !== undefined) values[field.name] = fieldTypes[field.type].fromJson(field.field.default);
      else if (mode === 'replace') values[field.name] = takesNull(field) ? null : useDefault;
      continue;
    }
    const checked = checkValue(field, given, mode, isText);
    if ('problem' in checked) wrong.push(detail(field.name, checked.code, checked.problem));
    else values[field.name] = checked.value;
  }
  const errors = [
    ...unknown.map((name) => detail(name, 'unknown_field', `'${name}' is not a field of ${model.name}`)),
    ...refused.map(({ name }) => detail(name, 'readonly_field', `${name} cannot be written`)),
    ...missing.map((name) => detail(name, 'missing_field', `${name} is required`)),
    ...wrong,
  ];
  if (unknown.length > 0) {
    const names = [...model.fields.values()].filter((field) => !field.field.secret).map((field) => field.name);
    throw invalidBody('unknown_field', errors[0]!.message, errors, nearest(unknown[0]!, names));
  }
  if (refused.length > 0) throw invalidBody('readonly_field', errors[0]!.message, errors);
  if (missing.length > 0) throw invalidBody('missing_fields', `missing params set(${missing.join(', ')})`, errors);
  if (wrong.length > 0) throw invalidBody('invalid_value', wrong[0]!.message, errors);
  return values;
}

/**
 * What an object may carry besides its fields when it is sent back as it was read. Other names of a relation are
 * unknown ones: who sends `campaign_type` means to change it.
 */
function isKnown(model: Model, name: string): boolean {
  return (
    model.fields.has(name) ||
    name === 'resource_uri' ||
    model.listFields.includes(name) ||
    model.detailFields.includes(name)
  );
}

function isWritable(field: FieldModel, mode: WriteMode): boolean {
  if (!field.stored || field.field.readonly || field.field.auto !== undefined) return false;
  return !field.isPrimaryKey || (mode === 'create' && isClientKey(field));
}

/** Keys that mean something are chosen by the client; integers and UUIDs are given by the server. */
export const isClientKey = (field: FieldModel): boolean => field.type === 'string' && !field.field.readonly;

function missingFields(model: Model, body: Record<string, unknown>): string[] {
  return (
    (model.declaration.required_fields_for_post ?? [])
      // Null is something to say of a field that may be null.
      .filter((name) => body[name] === undefined || (body[name] === null && !takesNull(model.fields.get(name))))
      .sort()
  );
}

const takesNull = (field: FieldModel | undefined): boolean => field?.field.nullable === true;

type Checked = { value: unknown } | { problem: string; code: string };

function checkValue(field: FieldModel, given: unknown, mode: WriteMode, isText: boolean): Checked {
  const { name, type } = field;
  const declared = field.field;
  const isEmptyText = isText && given === '' && (takesNull(field) || type !== 'string');
  // A table has a cell for each field of each object: an empty one that cannot be null is none, and an empty list.
  if (isEmptyText && !takesNull(field) && declared.default !== undefined && (mode !== 'update' || type === 'list')) {
    return { value: fieldTypes[type].fromJson(declared.default) };
  }
  if (given === null || isEmptyText) {
    return takesNull(field) ? { value: null } : { problem: `${name} may not be null`, code: 'null_value' };
  }
  let value = isText ? fieldTypes[type].fromText(String(given)) : fieldTypes[type].fromJson(given);
  if (value === undefined) {
    return { problem: `${name} must be ${fieldTypes[type].noun}`, code: 'wrong_type' };
  }
  if (typeof value === 'string' && type === 'string') {
    if (isNormalized(field)) value = value.trim().replace(/\s+/g, ' ');
    if (declared.blank === false && value === '') return { problem: `${name} may not be empty`, code: 'blank_value' };
    if (declared.maxLength !== undefined && [...(value as string)].length > declared.maxLength) {
      return { problem: `${name} must have at most ${declared.maxLength} characters`, code: 'too_long' };
    }
  }
  if (declared.choices && !declared.choices.includes(value as string)) {
    return { problem: `${name} must be one of ${declared.choices.join(', ')}`, code: 'not_a_choice' };
  }
  if (typeof value === 'number') {
    const { minimum = lowest(field), maximum = highest(field) } = declared;
    if (value < minimum) return { problem: `${name} must be ${minimum} or more`, code: 'too_small' };
    if (value > maximum) return { problem: `${name} must be ${maximum} or less`, code: 'too_large' };
  }
  return { value };
}

const smallInteger = (field: FieldModel) => field.type === 'integer' && /^int(eger|4)?$/.test(field.columnType);
const lowest = (field: FieldModel) => (smallInteger(field) ? -2_147_483_648 : Number.NEGATIVE_INFINITY);
const highest = (field: FieldModel) => (smallInteger(field) ? 2_147_483_647 : Number.POSITIVE_INFINITY);

function isNormalized(field: FieldModel): boolean {
  return field.field.normalize ?? field.inUniqueGroup;
}

function detail(name: string, code: string, message: string): ErrorDetail {
  return { pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, code, message };
}
