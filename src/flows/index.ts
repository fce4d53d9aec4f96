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
export { deliverWebhook } from './webhooks/deliver-webhook.ts';
export { queueDeliveries, type WebhookEvent } from './webhooks/queue-deliveries.ts';
export { webhookRoutes } from './webhooks/routes.ts';
export { webhookDeliveryResource, webhookResource } from './webhooks/webhook.resource.ts';
