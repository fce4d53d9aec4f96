import type { Config } from '../../platform/config/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { ProductFailure, StepFailure } from '../../recipes/index.ts';
import { flowDiskLimit, flowMemoryLimit, limitLine } from '../errors.ts';
import { SourceFailure } from '../fetch-source.ts';

/** `[step name, or init, lines …]`; what is nobody's spec's fault is thrown on. */
export function errorLogOf(error: unknown, config: Config): string[] {
  const step = error instanceof StepFailure ? error.step : 'init';
  const limit = engineLimitOf(error instanceof StepFailure ? error.cause : error, config);
  if (limit !== undefined) return [step, limitLine(limit)];
  if (error instanceof ProductFailure || error instanceof StepFailure) return [error.step, ...error.lines];
  if (error instanceof AppError && error.code === 'flow_storage_limit') return ['init', limitLine(error)];
  const { message } = sourceProblem(error);
  return ['init', message];
}

/** The report's words for a source that cannot be had or read (contract flows §6.3). */
export function sourceProblem(error: unknown): { code: string; message: string } {
  if (error instanceof SourceFailure) return error;
  if (error instanceof ProductFailure) return { code: 'schema-error', message: error.lines[0] ?? error.message };
  if (error instanceof AppError && error.status < 500 && error.code !== 'storage_full')
    return { code: codes[error.code] ?? 'format-error', message: error.message };
  throw error;
}

/** DuckDB has one error for both of its limits. */
function engineLimitOf(error: unknown, { flowMemoryBytes, flowTemporaryBytes }: Config): AppError | undefined {
  if (!(error instanceof Error && error.message.startsWith('Out of Memory Error'))) return undefined;
  return error.message.includes('max_temp_directory_size')
    ? flowDiskLimit(flowTemporaryBytes)
    : flowMemoryLimit(flowMemoryBytes);
}

/** By our error code; what is not here is no table of its format. */
const codes: Record<string, string> = {
  encoding_error: 'encoding-error',
  unknown_encoding: 'encoding-error',
  nul_byte: 'encoding-error',
  schema_invalid: 'schema-error',
  reading_option_invalid: 'source-error',
  limit_reached: 'source-error',
};
