import { storageFull } from '../../platform/blobs/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Query, Text } from '../../platform/readers/index.ts';
import { readTooLarge, revisionPurged, rowsNotComputable } from './errors.ts';
import { type Table, withFile } from './open-table.ts';
import { Bindings } from './pure/bindings.ts';
import { tablesOf } from './tables.ts';

/** A statement over the table's file. */
export type Statement = (file: string, bindings: Bindings) => string;

export function boundQuery(file: string, statement: Statement): Query {
  const bindings = new Bindings();
  const sql = statement(file, bindings);
  return { sql, values: bindings.values };
}

/** All rows of a small result, as text. */
export function queryTable(
  context: Context,
  { revision }: Pick<Table, 'revision'>,
  statement: Statement,
  signal?: AbortSignal,
): Promise<Text[][]> {
  return withFile(context, revision, async (file) => {
    try {
      return await tablesOf(context).readers.rows(boundQuery(file, statement), signal);
    } catch (error) {
      throw asRefusal(error, revision.n);
    }
  });
}

/**
 * What the engine could not do because of what was asked or of what there is, as a refusal; anything else unchanged.
 * The compiled statements cannot be wrong in form, so what is left is arithmetic, patterns, memory and disk.
 */
export function asRefusal(error: unknown, n: number): unknown {
  const message = error instanceof Error ? error.message : '';
  const [, kind = '', text = ''] = /^([A-Z][\w ]+) Error: ([^\n]*)/.exec(message) ?? [];
  if (['Conversion', 'Out of Range', 'Invalid Input'].includes(kind)) return rowsNotComputable(text);
  if (kind === 'Out of Memory') return readTooLarge();
  if (/No space left on device|Disk quota exceeded/.test(message)) return storageFull(error);
  if (kind === 'IO' && /No files found|No such file/.test(message)) return revisionPurged(n);
  return error;
}
