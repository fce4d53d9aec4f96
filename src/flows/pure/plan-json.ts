import type { FlowPlan, FlowSpec, JsonObject } from './flow-spec.ts';

/** A plan as it is shown and exported: dependencies as older runners are told of them (contract §6.1). */
export const planJson = (normalised: FlowSpec, plan: FlowPlan): JsonObject => ({
  spec: normalised as unknown as JsonObject,
  pipelines: plan.pipelines.map(({ id, title, kind, dependencies }) => ({
    id,
    title,
    kind,
    dependencies: dependencies.map((pipeline) => ({ pipeline: `./${pipeline}` })),
  })),
  warnings: plan.warnings,
});
