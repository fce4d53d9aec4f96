export { endFlow } from './end-flow.ts';
export { flowHandler } from './execute-flow.ts';
export type { FetchedSource, FlowRun } from './flow-run.ts';
export { packageRoutes } from './packages/routes.ts';
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
export { runFlowApart } from './run-apart.ts';
export { dispatchSchedules } from './schedules/dispatch-schedules.ts';
export { startScheduledFlow } from './schedules/start-scheduled-flow.ts';
export { sourceRoutes } from './source.dialect.ts';
export { deliverWebhook } from './webhooks/deliver-webhook.ts';
export { queueDeliveries } from './webhooks/queue-deliveries.ts';
export { webhookRoutes } from './webhooks/routes.ts';
export { webhookDeliveryResource, webhookResource } from './webhooks/webhook.resource.ts';
