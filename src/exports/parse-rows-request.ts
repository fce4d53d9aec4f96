import {
  cursorForeign,
  openCursor,
  type PageStart,
  type Parameters,
  parametersOf,
  parseSelection,
  type Selection,
  SelectionProblem,
  selectionRefused,
  single,
  startAfter,
  type Table,
} from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { type OutputOptions, outputParameters, parseOutputOptions } from './pure/output-options.ts';

/** Parameters that are no column: every other name must be `column` or `column__lookup`. */
export const rowsParameters: readonly string[] = [
  'project_id',
  'dataset',
  'revision',
  'format',
  'auth_token',
  'limit',
  'cursor',
  'count',
  'plan',
  ...outputParameters,
];

export interface RowsRequest {
  selection: Selection;
  options: OutputOptions;
  limit: number | undefined;
  start: PageStart;
  count: 'none' | 'exact';
  plan: boolean;
}

/** The revision a request is about: what its cursor is pinned to, else what the address says. */
export function cursorOf(context: Context, parameters: Parameters, datasetId: string) {
  const text = single(parameters, 'cursor');
  return text === undefined || text === '' ? undefined : openCursor(context, datasetId, text);
}

/** Everything a request for rows says, checked. Throws SelectionProblem or a refusal. */
export async function parseRowsRequest(
  context: Context,
  table: Table,
  parameters: Parameters,
  cursor: ReturnType<typeof cursorOf>,
  others: readonly string[] = rowsParameters,
): Promise<RowsRequest> {
  const asked = parseSelection(parameters, table.columns, others);
  const selection = cursor === undefined ? asked : parseSelection(parametersOf(cursor), table.columns, others);
  const differs =
    asked.parameters.length > 0 && JSON.stringify(asked.parameters) !== JSON.stringify(selection.parameters);
  if (differs) throw cursorForeign('The cursor belongs to another filter, order or choice of columns.');
  return {
    selection,
    options: parseOutputOptions(parameters),
    limit: limitOf(single(parameters, 'limit')),
    start: cursor === undefined ? { skip: 0 } : await startAfter(context, table, selection, cursor),
    count: countOf(single(parameters, 'count')),
    plan: ['true', '1', 'yes'].includes(single(parameters, 'plan') ?? ''),
  };
}

export function limitOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,12}$/.test(text) && Number(text) > 0) return Number(text);
  throw new SelectionProblem('limit', 'invalid_parameter', `'limit' is a whole number from 1, not '${text}'`);
}

function countOf(text: string | undefined): 'none' | 'exact' {
  if (text === undefined || text === '' || text === 'none') return 'none';
  if (text === 'exact') return 'exact';
  throw new SelectionProblem('count', 'invalid_parameter', `'count' is none or exact, not '${text}'`);
}

/** Runs `work`; what it finds wrong with a parameter becomes a refusal. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SelectionProblem ? selectionRefused(error) : error;
  }
}
