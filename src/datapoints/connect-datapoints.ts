import { definitionChanging } from '../indicators/index.ts';
import type { Context } from '../platform/context.ts';
import { checkStoredValues } from './check-definition.ts';

/** From now on an indicator does not become what its stored values cannot be. */
export function connectDatapoints(context: Context): void {
  definitionChanging.listen(context, (tx, { indicatorId, before, after }) =>
    checkStoredValues(tx, indicatorId, before, after),
  );
}
