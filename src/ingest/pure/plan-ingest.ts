import { createHash } from 'node:crypto';
import type { Dataset, Mode, TableSchema } from '../../datasets/index.ts';
import type { UploadOptions } from './upload-options.ts';

/** Everything that decides what becomes of a file, after the dataset's memory and the defaults are filled in. */
export interface IngestPlan {
  mode: Mode;
  key: string[];
  onError: NonNullable<UploadOptions['on_error']>;
  maxErrors: string | number | undefined;
  schemaPolicy: NonNullable<UploadOptions['schema_policy']>;
  blank: 'keep' | 'clear';
  onDuplicate: 'warn' | 'skip' | 'reject';
  reading: Record<string, unknown>;
  recipe: unknown[];
  schema: TableSchema | undefined;
  infer: 'strict' | 'none';
  /** Equal for equal bytes that are asked to become the same thing: such an arrival need not be added twice. */
  fingerprint: string;
}

/** Options given count before what the dataset remembers, and that before the defaults (data-api.md §3). */
export function planIngest(
  options: UploadOptions,
  dataset: Pick<Dataset, 'schema' | 'key' | 'reading' | 'recipe' | 'settings' | 'latestRevision'> | undefined,
  blobSha256: string,
  correctionOf: { mode: Mode } | undefined,
): IngestPlan {
  const isFirst = dataset === undefined || dataset.latestRevision === 0;
  const recipe = options.recipe ?? dataset?.recipe ?? [];
  // Corrected rows join those that were taken; they never replace them.
  const mode = options.mode ?? (correctionOf?.mode === 'upsert' ? 'upsert' : 'append');
  const schemaPolicy = isFirst ? 'evolve' : (options.schema_policy ?? 'freeze');
  const stored = dataset?.schema ?? undefined;
  const given = options.schema as unknown as TableSchema | undefined;
  return {
    mode,
    key: options.key ?? (isFirst ? keyOf(given) : dataset.key),
    onError: options.on_error ?? 'reject',
    maxErrors: maxErrorsText(options.max_errors),
    schemaPolicy,
    blank: options.blank ?? 'keep',
    onDuplicate: options.on_duplicate ?? 'warn',
    reading: { ...(dataset?.reading ?? {}), ...options.reading },
    recipe,
    schema: options.as_text
      ? undefined
      : (given ?? (stored && (schemaPolicy === 'evolve' ? stored : promised(stored)))),
    infer: options.as_text ? 'none' : 'strict',
    fingerprint: fingerprintOf([
      blobSha256,
      mode,
      recipe,
      dataset?.settings.edition ?? 0,
      ...(options.as_text ? ['verbatim'] : []),
      ...(['reading', 'schema', 'key', 'on_error', 'schema_policy', 'blank'] as const).map((name) => options[name]),
    ]),
  };
}

function keyOf(schema: TableSchema | undefined): string[] {
  if (schema?.primaryKey === undefined) return [];
  return typeof schema.primaryKey === 'string' ? [schema.primaryKey] : schema.primaryKey;
}

/** Inferred types that were published are promises to readers: later files must fit, unless the schema may evolve. */
function promised(schema: TableSchema): TableSchema {
  return {
    ...schema,
    fields: schema.fields.map(({ confidence: _, ...field }) => field as TableSchema['fields'][number]),
  };
}

function maxErrorsText(limit: UploadOptions['max_errors']): string | number | undefined {
  if (limit === undefined) return undefined;
  return 'percent' in limit ? `${limit.percent}%` : limit.count;
}

function fingerprintOf(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
