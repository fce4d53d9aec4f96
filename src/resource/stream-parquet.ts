import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { identifier, literal, openTabular } from '../platform/tabular/index.ts';
import { fieldTypes } from './pure/field-types.ts';
import type { Column } from './pure/model.ts';

/**
 * Rows as CSV → a typed Parquet file → a stream. Parquet's directory stands at its end, so the file has to be whole
 * before it is sent; both files lie on disk and memory stays flat. Removed when the stream has ended, however it did.
 */
export async function parquetOf(rows: Readable, columns: readonly Column[], workFolder: string): Promise<Readable> {
  await mkdir(workFolder, { recursive: true });
  const folder = await mkdtemp(path.join(workFolder, 'parquet-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const csv = path.join(folder, 'rows.csv');
    const parquet = path.join(folder, 'rows.parquet');
    await pipeline(rows, createWriteStream(csv));
    await convert(folder, csv, parquet, columns);
    const stream = createReadStream(parquet);
    stream.once('close', () => void remove());
    return stream;
  } catch (error) {
    rows.destroy();
    await remove();
    throw error;
  }
}

async function convert(folder: string, csv: string, parquet: string, columns: readonly Column[]): Promise<void> {
  const tabular = await openTabular({ workFolder: folder });
  try {
    const texts = columns.map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
    const typed = columns.map(({ path: name, field }, index) => {
      const type = fieldTypes[field.type].duckType;
      return `${type === 'VARCHAR' ? `c${index}` : `cast(c${index} as ${type})`} as ${identifier(name)}`;
    });
    // An empty cell without quotes is null, one with quotes the empty text, as COPY writes them.
    const source = `read_csv(${literal(csv)}, auto_detect = false, header = false, columns = {${texts}}, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, max_line_size = ${maxRowBytes}, buffer_size = ${2 * maxRowBytes})`;
    await tabular.run(
      `copy (select ${typed.join(', ')} from ${source}) to ${literal(parquet)} (format parquet, compression zstd)`,
    );
  } finally {
    tabular.close();
  }
}

/** DuckDB reads in buffers of twice this, unasked in buffers of sixteen times. */
const maxRowBytes = 16 * 1024 * 1024;
