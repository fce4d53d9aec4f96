export type { Access, AccessColumns } from './access.ts';
export {
  type ActionDeclaration,
  action,
  type Change,
  type Concerned,
  type Field,
  type FilteredList,
  type Hooks,
  type Parameter,
  type ParameterValues,
  type ReadContext,
  type ResourceDeclaration,
  type RowOf,
  resource,
  type SelectQuery,
  type WriteContext,
} from './declaration.ts';
export { forbidden, invalidBody, invalidParameter, missingParameter, noObject, unknownFormat } from './errors.ts';
export { filtersPage } from './filters-page.ts';
export {
  type Answer,
  purgeIdempotencyAnswers,
  replayedHeader,
  replyOnce,
  sendAnswer,
  startOnce,
  withIdempotencyKey,
} from './idempotency.ts';
export { namesObject } from './pure/given-id.ts';
export { splitList } from './pure/lookups.ts';
export { nearest } from './pure/nearest.ts';
export { lineIfOther, parseCsv } from './pure/parse-csv.ts';
export {
  type ActionRun,
  type ActionRuns,
  createResources,
  type ResourceDeps,
  type Resources,
} from './resources.ts';
export {
  answerResourceDetail,
  answerResourceList,
  changeResourceObject,
  readResourceObject,
  registerResources,
} from './routes.ts';
