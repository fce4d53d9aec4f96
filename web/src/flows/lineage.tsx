import { Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FlowAddress, flowLineageQuery } from '../api/flows.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { type FlowLineage, lineageWords, type TableLineage } from './lineage-words.ts';

/** What was done to each table of an ended revision, and where its columns come from. */
export function FlowLineageSection({ address, revision }: { address: FlowAddress; revision: string }) {
  const lineage = useQuery(flowLineageQuery<FlowLineage>(address, revision));
  return (
    <Loaded query={lineage}>
      {(found) =>
        found.steps.length === 0 ? null : (
          <Section
            title="Where the columns come from"
            about="Each table step by step, each column back to its sources."
          >
            <Stack gap="sm">
              {lineageWords(found).map((table) => (
                <Table key={table.resource} table={table} />
              ))}
            </Stack>
          </Section>
        )
      }
    </Loaded>
  );
}

function Table({ table }: { table: TableLineage }) {
  return (
    <details>
      <summary>
        <Group gap={8} component="span" style={{ display: 'inline-flex' }}>
          <Text component="span" fw={560}>
            {table.resource}
          </Text>
          <Text component="span" fz="sm" c="dimmed" className="numbers">
            {table.steps.at(-1)}
          </Text>
        </Group>
      </summary>
      <List type="ordered" size="sm" mt={4} className="numbers">
        {table.steps.map((words, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id and never move.
          <List.Item key={index}>{words}</List.Item>
        ))}
      </List>
      <List size="sm" mt={4}>
        {table.columns.map(({ field, from }) => (
          <List.Item key={field} style={{ overflowWrap: 'anywhere' }}>
            <b>{field}</b> ← {from}
          </List.Item>
        ))}
      </List>
    </details>
  );
}
