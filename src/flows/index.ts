export type { FetchedSource, FlowRun } from './flow-run.ts';
export type {
  FlowPlan,
  FlowSpec,
  FlowStatus,
  JsonObject,
  PipelineKind,
  PlannedPipeline,
  PlannedResource,
  PlannedSource,
  Policy,
  Product,
  Report,
  StepSpec,
  UpdateReply,
} from './pure/flow-spec.ts';
