import { useDefault, type WriteValues } from './check-values.ts';
import { isJsonType } from './field-types.ts';
import { type FieldModel, type Model, quote, tableOf } from './model.ts';
import type { Plan } from './plan-list.ts';
import { newStatement } from './statement.ts';

export function planInsert(model: Model, values: WriteValues): Plan {
  const statement = newStatement();
  const entries = written(model, values).filter(([, value]) => value !== useDefault);
  const columns = entries.map(([field]) => columnOf(field)).join(', ');
  const bound = entries.map(([field, value]) => statement.bind(value, field.columnType)).join(', ');
  const what = entries.length === 0 ? 'default values' : `(${columns}) values (${bound})`;
  return {
    text: `insert into ${tableOf(model)} as t ${what} returning ${model.primaryKey.sql('t')} as id`,
    values: statement.values,
  };
}

/** One statement for rows that may each set other fields; what a row leaves out takes the column's default. */
export function planInsertMany(model: Model, rows: WriteValues[]): Plan {
  const statement = newStatement();
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) =>
    rows.some((row) => row[name] !== useDefault),
  );
  const fields = names.map((name) => written(model, { [name]: null })[0]![0]);
  const tuples = rows.map(
    (row) =>
      `(${fields
        .map((field) => {
          const value = encoded(field, row[field.name]);
          return value === undefined || value === useDefault ? 'default' : statement.bind(value, field.columnType);
        })
        .join(', ')})`,
  );
  return {
    text: `insert into ${tableOf(model)} as t (${fields.map(columnOf).join(', ')}) values ${tuples.join(', ')} returning ${model.primaryKey.sql('t')} as id`,
    values: statement.values,
  };
}

/** `updated_at` moves only when something differs. */
export function planUpdate(model: Model, id: unknown, values: WriteValues): Plan {
  const statement = newStatement();
  const entries = written(model, values).map(
    ([field, value]) => [field, value === useDefault ? 'default' : statement.bind(value, field.columnType)] as const,
  );
  const sets = entries.map(([field, value]) => `${columnOf(field)} = ${value}`);
  for (const field of model.fields.values()) {
    if (field.field.auto !== 'updated') continue;
    const bound = entries.filter(([, value]) => value !== 'default');
    const isSame = bound.map(([own, value]) => `${own.sql('t')} is not distinct from ${value}`).join(' and ');
    const hasDefaults = bound.length < entries.length;
    sets.push(
      `${columnOf(field)} = ${hasDefaults ? 'now()' : `case when ${isSame} then ${field.sql('t')} else now() end`}`,
    );
  }
  const key = `${model.primaryKey.sql('t')} = ${statement.bind(id, model.primaryKey.sqlType)}`;
  return { text: `update ${tableOf(model)} as t set ${sets.join(', ')} where ${key}`, values: statement.values };
}

/**
 * One statement for rows that set the same fields, those that take the column's default included. As for one,
 * `updated_at` moves only where something differs.
 */
export function planUpdateMany(model: Model, rows: readonly { id: unknown; values: WriteValues }[]): Plan {
  const statement = newStatement();
  const { primaryKey } = model;
  const entries = written(model, rows[0]!.values);
  const sent = entries.filter(([, value]) => value !== useDefault).map(([field]) => field);
  const tuples = rows.map(({ id, values }) => {
    const bound = sent.map((field) => statement.bind(encoded(field, values[field.name]), field.columnType));
    return `(${[statement.bind(id, primaryKey.sqlType), ...bound].join(', ')})`;
  });
  const sets = entries.map(([field, value]) =>
    value === useDefault ? `${columnOf(field)} = default` : `${columnOf(field)} = v.f${sent.indexOf(field)}`,
  );
  const isSame = sent.map((field, n) => `${field.sql('t')} is not distinct from v.f${n}`).join(' and ');
  for (const field of model.fields.values()) {
    if (field.field.auto !== 'updated') continue;
    const hasDefaults = sent.length < entries.length;
    sets.push(
      `${columnOf(field)} = ${hasDefaults ? 'now()' : `case when ${isSame} then ${field.sql('t')} else now() end`}`,
    );
  }
  const names = ['id', ...sent.map((_, n) => `f${n}`)].join(', ');
  return {
    text: `update ${tableOf(model)} as t set ${sets.join(', ')} from (values ${tuples.join(', ')}) v (${names}) where ${primaryKey.sql('t')} = v.id`,
    values: statement.values,
  };
}

export function planDelete(model: Model, ids: unknown[]): Plan {
  const statement = newStatement();
  const key = `${model.primaryKey.sql('t')} = any(${statement.bind(ids, `${model.primaryKey.sqlType}[]`)})`;
  return { text: `delete from ${tableOf(model)} as t where ${key}`, values: statement.values };
}

function written(model: Model, values: WriteValues): [FieldModel, unknown][] {
  return Object.entries(values).map(([name, value]) => {
    const field = model.fields.get(name);
    if (!field?.stored) throw new Error(`${model.name} has no column ${name} to write`);
    return [field, encoded(field, value)];
  });
}

/** JSON goes to the driver as text: of a list it would make a PostgreSQL array. */
function encoded(field: FieldModel, value: unknown): unknown {
  const isPlain = value === undefined || value === null || value === useDefault || !isJsonType(field.type);
  return isPlain ? value : JSON.stringify(value);
}

export const columnOf = (field: FieldModel): string => quote(field.field.column ?? field.name);
