import { Alert, List } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { FlowPlan } from '../api/flows.ts';
import { plural } from '../ui/format.ts';
import { Section } from '../ui/section.tsx';
import { PipelineGraph } from './pipeline-graph.tsx';
import { plannedNodes } from './planned-nodes.ts';

/** What a push would start. */
export function PlanPreview({ flowId, plan }: { flowId: string; plan: FlowPlan }) {
  return (
    <Section
      title="Plan"
      about={`Nothing has been started. Pushing this spec runs ${plural(plan.pipelines.length, 'pipeline')}.`}
    >
      <Alert color="leaf" mb="sm" role="status" icon={<IconCircleCheck aria-hidden />} title="The spec is valid" />
      {plan.warnings.length > 0 && (
        <Alert color="grain" mb="sm" title="Worth a look">
          <List size="sm">
            {plan.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <PipelineGraph nodes={plannedNodes(flowId, plan)} />
    </Section>
  );
}
