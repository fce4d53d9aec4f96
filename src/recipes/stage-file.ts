import { stat } from 'node:fs/promises';
import { detectFormat } from './detect-format.ts';
import { emptyFile, limitReached } from './errors.ts';
import type { IngestRequest } from './ingest.ts';
import type { RecipeLimits } from './limits.ts';
import { shareOf } from './pure/allowed-errors.ts';
import { stageDelimited } from './stage-delimited.ts';
import { stageJson } from './stage-json.ts';
import { stageParquet } from './stage-parquet.ts';
import { stageSpreadsheet } from './stage-spreadsheet.ts';
import type { Staged } from './staged.ts';
import { unpackFile } from './unpack-file.ts';

/** Unpacks, recognises and reads a file into a relation of text. `exact` forbids the direct way for delimited text. */
export async function stageFile(request: IngestRequest, limits: RecipeLimits, exact: boolean): Promise<Staged> {
  const { workFolder, signal, options = {} } = request;
  if ((await stat(request.file)).size === 0) throw emptyFile();
  const unpacked = await unpackFile(request.file, request.name, { workFolder, member: options.member, limits, signal });
  const mediaType = unpacked.compression === 'none' ? request.mediaType : undefined;
  const format = await detectFormat(unpacked.file, unpacked.name, mediaType, options.format);
  const maxRejected =
    request.maxErrors === undefined || shareOf(request.maxErrors) !== undefined ? undefined : Number(request.maxErrors);
  const context = { workFolder, limits, signal, maxRejected };
  const staged = await (() => {
    switch (format) {
      case 'csv':
        return stageDelimited(unpacked.file, options, context, exact);
      case 'json':
      case 'ndjson':
      case 'geojson':
        return stageJson(unpacked.file, format, options, context);
      case 'spreadsheet':
        return stageSpreadsheet(unpacked.file, options, context);
      case 'parquet':
        return stageParquet(unpacked.file, context);
    }
  })();
  if (staged.columns.length > limits.columns) throw limitReached('number of columns', limits.columns, 'columns');
  return { ...staged, reading: { ...staged.reading, compression: unpacked.compression } };
}
