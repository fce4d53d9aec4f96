import type { Context } from '../platform/context.ts';
import type { ResourceDeclaration } from '../resource/index.ts';
import { indicatorCalculationResource } from './formula.resource.ts';
import { indicatorResource } from './indicator.resource.ts';
import { indicatorBoundResource, indicatorTagResource, indicatorToTagResource } from './tag.resource.ts';

export { type DefinitionsChanged, definitionChanging, definitionsChanged, type ValueDefinition } from './changes.ts';
export { type IndicatorValues, provideIndicatorValues } from './filter-places.ts';
export {
  type DataFormat,
  /** @public */
  dataFormats,
  type Operator,
  /** @public */
  operators,
  /** @public */
  operatorsOf,
  type Role as CalculationRole,
  /** @public */
  roles as calculationRoles,
} from './pure/operators.ts';
export { dayShown, showDays } from './show-days.ts';
export type { FilterIndicator } from './store.ts';

export function indicatorResources(context: Context): ResourceDeclaration[] {
  return [
    indicatorResource(context),
    indicatorBoundResource,
    indicatorTagResource,
    indicatorToTagResource,
    indicatorCalculationResource(context),
  ];
}
