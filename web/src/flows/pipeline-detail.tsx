import { Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Fact } from '../ui/fact.tsx';
import { bytes, count } from '../ui/format.ts';
import { failureWords } from './failure-words.ts';
import { FlowBadge } from './flow-state.tsx';
import { FromPackage } from './from-package.tsx';
import type { PipelineNode } from './pipeline-graph.tsx';
import { ProductTable } from './products.tsx';

/** The chosen pipeline: numbers, what it waits for, what it made, why it failed. */
export function PipelineDetail({ node, nodes }: { node: PipelineNode; nodes: PipelineNode[] }) {
  const { status, stats, error_log: errors } = node.state;
  const waitsFor = nodes.filter(({ id }) => node.dependencies.includes(id));
  const descriptor = stats['.dpp']?.['out-datapackage-url'];
  return (
    <Stack gap="sm" mt="md" component="section" aria-label={`Pipeline ${node.name || 'package'}`}>
      <Group gap={8}>
        <Title order={3}>{node.name === '' ? node.title : `${node.title}: ${node.name}`}</Title>
        <FlowBadge state={status} />
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 4 }} className="numbers">
        <Fact label="Rows">{stats.count_of_rows == null ? '–' : count(stats.count_of_rows)}</Fact>
        <Fact label="Size">{stats.bytes == null ? '–' : bytes(stats.bytes)}</Fact>
        <Fact label="Rejected rows">{stats.rejected_rows === undefined ? '–' : count(stats.rejected_rows)}</Fact>
        <Fact label="Made">{madeWords(node)}</Fact>
      </SimpleGrid>
      <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {waitsFor.length === 0
          ? 'Waits for nothing but its source.'
          : `Waits for ${waitsFor.map(({ name, title }) => name || title).join(', ')}.`}
      </Text>
      {errors.length > 0 && <Errors log={errors} />}
      {descriptor !== undefined && node.name !== '' && (
        <FromPackage address={descriptor}>{({ resources }) => <ProductTable resources={resources} />}</FromPackage>
      )}
    </Stack>
  );
}

function Errors({ log }: { log: string[] }) {
  const { title, lines } = failureWords(log);
  return (
    <div className="panel log" style={{ minHeight: 0 }}>
      <Text fz="sm" fw={600} c="var(--ink-error)">
        {title}
      </Text>
      <List listStyleType="none" size="xs">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id and never move.
          <List.Item key={index}>{line}</List.Item>
        ))}
      </List>
    </div>
  );
}

function madeWords({ state: { status, stats } }: PipelineNode): string {
  if (status !== 'SUCCEEDED') return '–';
  if (stats.unchanged) return 'Unchanged since before';
  return stats.cached ? 'Taken from before' : 'In this revision';
}
