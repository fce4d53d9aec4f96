import type { StepIssues } from '../processors/step-issues.ts';
import type { Cast } from './cast-table.ts';

const columns = 'row_number, column_number, field, code, message, value, disposition';

/**
 * SQL of all violations of a table (contract flows §7.4): those of its source, whose `step` is `cast`, and those of its steps, with their
 * place in the list from 0. `raw`: JSON list of the row's cells, where it may stand in no file.
 */
export function issuesSql(cast: Pick<Cast, 'issues'>, steps: Pick<StepIssues, 'table'> | undefined): string {
  const ofSource = `select 'cast' as step, null::integer as step_index, ${columns}, null::varchar as raw from ${cast.issues}`;
  return steps === undefined
    ? ofSource
    : `${ofSource} union all select step, step_index, ${columns}, raw from ${steps.table}`;
}
