import { duplicate, invalidBody, noSuchReference, stillReferredTo } from './errors.ts';
import { useDefault, type WriteValues } from './pure/check-values.ts';
import type { FieldModel, Model } from './pure/model.ts';
import type { ObjectRow } from './pure/plan-object.ts';
import { columnOf } from './pure/plan-write.ts';

/** Runs a writing statement; what the database's constraints refuse becomes the contract's texts. */
export async function refusedWrite<T>(
  model: Model,
  values: WriteValues,
  write: () => Promise<T>,
  before?: ObjectRow,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw refusalOf(model, values, before, error as DatabaseError) ?? error;
  }
}

interface DatabaseError {
  code?: string;
  detail?: string;
  column?: string;
  constraint?: string;
  table?: string;
}

function refusalOf(model: Model, values: WriteValues, before: ObjectRow | undefined, error: DatabaseError) {
  const current = before === undefined ? {} : (JSON.parse(before.body) as WriteValues);
  switch (error.code) {
    case '23505': {
      const fields = fieldsInKey(model, error.detail);
      return fields.length === 0
        ? duplicate([error.constraint ?? 'key'], ['…'])
        : duplicate(
            fields.map((field) => field.name),
            fields.map((field) => shown(field, values[field.name] ?? current[field.name])),
          );
    }
    case '23503': {
      const [field] = fieldsInKey(model, error.detail);
      if (/is still referenced/.test(error.detail ?? '')) {
        return stillReferredTo(model.name, current[model.primaryKey.name], [{ name: error.table ?? '', count: 1 }]);
      }
      return field && noSuchReference(field.name, values[field.name]);
    }
    case '23502': {
      const field = fieldOfColumn(model, error.column);
      return field && wrong(field.name, 'null_value', `${field.name} may not be null`);
    }
    case '23514':
      return wrong(undefined, 'check_failed', `the values break the rule ${error.constraint ?? ''}`.trim());
    case '22003':
      return wrong(undefined, 'out_of_range', 'a number is outside the range that can be stored');
    case '22001':
    // More than an index takes, of a text that is looked up by it.
    case '54000':
      return wrong(undefined, 'too_long', 'a text is longer than can be stored');
    case '22P02':
    case '22007':
    case '22008':
      return wrong(undefined, 'wrong_type', 'a value does not fit the type of its field');
    default:
      return undefined;
  }
}

function wrong(field: string | undefined, code: string, message: string) {
  return invalidBody('invalid_value', message, [{ pointer: field === undefined ? '' : `/${field}`, code, message }]);
}

/** PostgreSQL names the columns as `Key (a, b)=(…)`; expressions such as `lower(name)` name their column inside. */
function fieldsInKey(model: Model, detail: string | undefined): FieldModel[] {
  const [, list = ''] = /^Key \((.*?)\)=\(/.exec(detail ?? '') ?? [];
  return [...list.matchAll(/[a-z_][a-z0-9_]*/gi)]
    .map(([name]) => fieldOfColumn(model, name))
    .filter((field) => field !== undefined);
}

function fieldOfColumn(model: Model, column: string | undefined): FieldModel | undefined {
  return [...model.fields.values()].find((field) => field.stored && columnOf(field) === `"${column}"`);
}

function shown(field: FieldModel, value: unknown): unknown {
  return field.field.secret ? '…' : value === useDefault || value === undefined ? field.field.default : value;
}
