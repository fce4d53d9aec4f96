import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely';

/** Compiles Kysely fragments without a connection; running them is `Queryable`'s work. */
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A piece of SQL with its bound values. Write it with the `sql` tag; interpolated values become parameters. */
export type Sql = RawBuilder<unknown>;

/** `raw` never takes anything a user wrote; `ident` quotes a name; `join` puts a separator between pieces. */
export { sql };
export const raw = (text: string): Sql => sql.raw(text);
export const ident = (...path: string[]): Sql => sql.id(...path);
export const join = (pieces: Sql[], separator: Sql = sql`, `): Sql => sql.join(pieces, separator);

/**
 * Marks a statement that runs so often that parsing and planning it each time costs more than running it; each
 * connection then prepares it once. Only where the text is one of a few, and one plan suits all values.
 */
export function prepared(query: Sql): Sql {
  hot.add(query);
  return query;
}

const hot = new WeakSet<Sql>();

export function compileSql(query: Sql): { name?: string; text: string; values: unknown[] } {
  const compiled = query.compile(compiler);
  const statement = { text: compiled.sql, values: compiled.parameters as unknown[] };
  return hot.has(query) ? { ...statement, name: nameOf(compiled.sql) } : statement;
}

const names = new Map<string, string>();

/** One text, one name: the driver refuses a name it knows with another text. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `granary_${names.size}`;
    names.set(text, name);
  }
  return name;
}
