import { Alert, List, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import {
  type FlowAddress,
  type FlowPlan,
  type FlowRevision,
  flowPlanQuery,
  flowRevisionQuery,
  hasFlowEnded,
} from '../api/flows.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { failureWords } from './failure-words.ts';
import { useFlowAddress, useFlowRevision } from './flow-address.ts';
import { useFlowEvents } from './follow-flow.ts';
import { FlowLineageSection } from './lineage.tsx';
import { PipelineDetail } from './pipeline-detail.tsx';
import { PipelineGraph, type PipelineNode } from './pipeline-graph.tsx';
import { plannedNodes } from './planned-nodes.ts';
import { FlowProducts } from './products.tsx';
import { RevisionLog } from './revision-log.tsx';

/** The graph with its states as they change, what it made, and what it said. */
export function PipelinesPage() {
  const address = useFlowAddress();
  const revision = useFlowRevision();
  const found = useQuery(flowRevisionQuery(address, revision));
  const plan = useQuery(flowPlanQuery(address, revision));
  return (
    <Loaded query={found}>
      {(current) => (
        <Stack gap="md">
          <Problems revision={current} />
          <Loaded query={plan}>{(known) => <Graph revision={current} plan={known} />}</Loaded>
          <FlowProducts revision={current} />
          {hasFlowEnded(current.state) && <FlowLineageSection address={address} revision={revision} />}
          <Followed address={address} revision={revision} current={current} />
        </Stack>
      )}
    </Loaded>
  );
}

function Problems({ revision }: { revision: FlowRevision }) {
  if (revision.error_log.length === 0) return null;
  const { title, lines } = failureWords(revision.error_log);
  return (
    <Alert color="red" role="alert" title={title}>
      <List size="sm">
        {lines.slice(0, 20).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id and never move.
          <List.Item key={index} style={{ overflowWrap: 'anywhere' }}>
            {line}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Graph({ revision, plan }: { revision: FlowRevision; plan: FlowPlan }) {
  const { pipeline } = useSearch({ strict: false }) as { pipeline?: string };
  const navigate = useNavigate();
  const nodes = plannedNodes(revision.id, plan, revision.pipelines);
  const chosen = nodes.find(({ name }) => name === pipeline);
  const choose = (name: string | undefined) =>
    void navigate({ to: '.', search: { pipeline: name } as never, replace: true, resetScroll: false });
  return (
    <Section title="Pipelines" about={summaryOf(nodes)}>
      <PipelineGraph nodes={nodes} chosen={chosen?.id} onChoose={(node) => choose(node?.name)} />
      {plan.warnings.length > 0 && (
        <Alert color="grain" mt="sm" title="The plan has warnings">
          <List size="sm">
            {plan.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {chosen !== undefined && <PipelineDetail node={chosen} nodes={nodes} />}
    </Section>
  );
}

function summaryOf(nodes: PipelineNode[]): string {
  const number = (status: string): number => nodes.filter(({ state }) => state.status === status).length;
  const parts = [
    [number('SUCCEEDED'), 'succeeded'],
    [number('FAILED'), 'failed'],
    [number('INPROGRESS'), 'running'],
    [number('QUEUED'), 'waiting'],
  ] as const;
  return `${parts
    .filter(([value]) => value > 0)
    .map(([value, words]) => `${value} ${words}`)
    .join(', ')}. Choose one to see its numbers, files and errors.`;
}

function Followed(props: { address: FlowAddress; revision: string; current: FlowRevision }) {
  const { address, revision, current } = props;
  const { lines, connection } = useFlowEvents(address, revision, hasFlowEnded(current.state));
  return <RevisionLog id={current.id} lines={mergeLines(current.logs ?? [], lines)} connection={connection} />;
}

/** Both begin at the first line; the longer one knows more. */
const mergeLines = (stored: string[], live: string[]): string[] => (live.length > stored.length ? live : stored);
