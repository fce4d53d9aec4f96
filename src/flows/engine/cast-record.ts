import type { Cast, Origin, SourceTable } from '../../recipes/index.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import { keyOf } from './step-keys.ts';

/** How a table was made of its source: which header each field was read from. */
export function castRecord(
  { name: resource, policy }: PlannedResource,
  {
    source,
    cast,
    key,
    inputs,
    rows,
  }: { source: SourceTable; cast: Cast; key: string; inputs: InputKey[]; rows: number },
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
    cached: false,
    columns,
  };
}
