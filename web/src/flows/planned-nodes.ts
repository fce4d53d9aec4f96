import type { FlowPlan, FlowRevision } from '../api/flows.ts';
import type { PipelineNode } from './pipeline-graph.tsx';

/** Order and dependencies from the plan, states from the revision where there is one. */
export function plannedNodes(flowId: string, plan: FlowPlan, states: FlowRevision['pipelines'] = {}): PipelineNode[] {
  return plan.pipelines.map(({ id, title, dependencies }) => ({
    id,
    title,
    name: id === flowId ? '' : id.slice(flowId.length + 1),
    dependencies: dependencies.map(({ pipeline }) => pipeline.replace(/^\.\//, '')),
    state: states[id] ?? { title, status: 'QUEUED', stats: {}, error_log: [] },
  }));
}
