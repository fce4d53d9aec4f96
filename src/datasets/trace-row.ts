import type { Context } from '../platform/context.ts';
import { literal } from '../platform/tabular/index.ts';
import type { Dataset, Revision } from './dataset.ts';
import { invalidRowKey, keyNeeded, rowNotFound } from './errors.ts';
import { keyCondition } from './pure/compare-sql.ts';
import { batchesEver, everything, findRevision } from './store.ts';
import { withTables } from './tables/with-tables.ts';
import { findUpload } from './uploads/store.ts';

export interface Origin {
  revision: number;
  /** Data row of the file, from 1. */
  row: number | null;
  /** Physical line, where rows of the file stand on lines of their own. */
  line: number | null;
  upload: { id: string; file: { name: string; sha256: string; size: number; url: string } } | null;
  run_id: string | null;
  recipe: unknown[];
}

/** The key of one row from a query's `key=` JSON. Throws when columns are missing or surplus. */
export function rowKeyOf({ key: columns }: Pick<Dataset, 'key'>, text: string): Record<string, string> {
  if (columns.length === 0) throw keyNeeded();
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw invalidRowKey('key must be a JSON object, such as {"id": 7}.');
  }
  const single = columns.length === 1 && (typeof given === 'string' || typeof given === 'number');
  const object = (single ? { [columns[0]!]: given } : given) as Record<string, unknown> | null;
  const names = typeof object === 'object' && object !== null ? Object.keys(object) : [];
  if (names.toSorted().join('\0') !== columns.toSorted().join('\0')) {
    throw invalidRowKey(`key must give exactly: ${columns.join(', ')}.`);
  }
  const values = names.map((name) => String(object![name]));
  if (values.some((value) => value.includes('\0'))) throw rowNotFound();
  return Object.fromEntries(names.map((name) => [name, String(object![name])]));
}

/** Which row of which file a row of a revision came from. */
export async function traceRow(
  context: Context,
  revision: Revision,
  key: Record<string, string>,
  origin: string,
): Promise<Origin> {
  const [found] = await withTables(context, [revision.tableSha256], (tabular, [file]) =>
    tabular.rows(
      `select _rev::integer as _rev, _row::double as _row from read_parquet(${literal(file!)}) where ${keyCondition(key)} limit 1`,
    ),
  );
  if (found === undefined) throw rowNotFound();
  const source = await findRevision(context.db, revision.datasetId, Number(found._rev));
  if (source === undefined) throw rowNotFound();
  return originOfRow(context, source, Number(found._row), origin);
}

export async function originOfRow(
  context: Context,
  source: Revision,
  row: number | null,
  origin: string,
): Promise<Origin> {
  const upload = source.uploadId === null ? undefined : await findUpload(context.db, source.uploadId, everything);
  const { header_row: headerRow, header, format, direct_lines: lines } = source.reading as Record<string, unknown>;
  const onOwnLines = lines === true && format === 'csv';
  return {
    revision: source.n,
    row,
    line: row !== null && onOwnLines ? row + (header === false ? 0 : Number(headerRow ?? 1)) : null,
    upload:
      upload === undefined
        ? null
        : {
            id: upload.id,
            file: {
              name: upload.fileName,
              sha256: upload.blobSha256,
              size: upload.bytes,
              url: `${origin}/api/v1/upload/${upload.id}/file`,
            },
          },
    run_id: source.runId,
    recipe: source.recipe,
  };
}

/** Every arrival that held a row with this key, oldest first: what it said, and whether it still counts. */
export async function historyOfRow(context: Context, dataset: Dataset, key: Record<string, string>) {
  const batches = await batchesEver(context.db, dataset.id, 1000);
  const shas = [...new Set(batches.map(({ batchSha256 }) => batchSha256))];
  const found = await withTables(context, shas, async (tabular, files) => {
    const rows = new Map<string, { row: number; values: unknown }[]>();
    for (const [index, file] of files.entries()) {
      const names = Object.keys(key);
      const known = (await tabular.describe(`select * from read_parquet(${literal(file)})`)).map(({ name }) => name);
      if (!names.every((name) => known.includes(name))) continue;
      const hits = await tabular.rows(
        `select _row::double as _row, to_json(columns_of)::varchar as cells from (select _row, struct_pack(${known
          .filter((name) => !name.startsWith('_'))
          .map((name) => `"${name.replaceAll('"', '""')}" := "${name.replaceAll('"', '""')}"`)
          .join(', ')}) as columns_of, ${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')}
          from read_parquet(${literal(file)})) where ${keyCondition(key)} order by _row`,
      );
      rows.set(
        shas[index]!,
        hits.map((hit) => ({ row: Number(hit._row), values: JSON.parse(String(hit.cells)) })),
      );
    }
    return rows;
  });
  return batches.flatMap((batch) =>
    (found.get(batch.batchSha256) ?? []).map((hit) => ({
      revision: batch.position,
      mode: batch.mode,
      upload_id: batch.uploadId,
      row: hit.row,
      values: hit.values,
      current: batch.current,
    })),
  );
}
