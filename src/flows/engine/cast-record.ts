import type { Cast, Origin, SourceTable } from '../../recipes/index.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import { keyOf } from './step-keys.ts';

interface Given {
  source: SourceTable;
  cast: Cast;
  key: string;
  /** Whether an earlier run has read the source. */
  cached: boolean;
  inputs: InputKey[];
  rows: number;
}

/** How a table was made of its source: which header each field was read from. */
export function castRecord(
  { name: resource, policy }: PlannedResource,
  { source, cast, key, cached, inputs, rows }: Given,
): StepRecord {
  const columns = cast.relation.fields.map(({ name: field }, i) => {
    const column = cast.columns[i];
    const header = column === undefined ? undefined : (source.headers?.[column] ?? source.names[column]!);
    const from = inputs.flatMap((one): Origin[] =>
      header !== undefined && 'source' in one ? [{ source: one.source, field: header }] : [],
    );
    return { resource, field, how: 'cast' as const, from };
  });
  const { rejectedRows: rejected } = cast;
  return {
    resource,
    index: null,
    step: 'cast',
    version: null,
    hash: keyOf({ schema: cast.schema, policy }),
    inputs,
    output: key,
    rows_in: rows + rejected,
    rows_out: rows,
    rejected,
    cached,
    columns,
  };
}
