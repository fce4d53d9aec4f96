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

export function compileSql(query: Sql): { text: string; values: unknown[] } {
  const compiled = query.compile(compiler);
  return { text: compiled.sql, values: compiled.parameters as unknown[] };
}
