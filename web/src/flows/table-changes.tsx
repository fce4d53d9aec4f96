import { Badge, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FieldChange, type FlowAddress, flowDiffQuery, type TableChange } from '../api/flows.ts';
import { count } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';

/** Columns and numbers of rows, table by table. */
export function TableChanges({ address, from, to }: { address: FlowAddress; from: string; to: string }) {
  const diff = useQuery(flowDiffQuery(address, from, to));
  return (
    <Section title="Tables">
      <Loaded query={diff}>
        {({ resources }) =>
          resources.length === 0 ? (
            <Text fz="sm" c="dimmed">
              Neither revision has published a table.
            </Text>
          ) : (
            <Stack gap="sm">
              {resources.map((table) => (
                <Change key={table.resource} table={table} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

const colors = { added: 'leaf', removed: 'red', changed: 'grain', same: 'gray' };

function Change({ table }: { table: TableChange }) {
  return (
    <div>
      <Group gap={8}>
        <Text fw={560}>{table.resource}</Text>
        <Badge color={colors[table.change]}>{table.change}</Badge>
        <Text fz="sm" c="dimmed" className="numbers">
          {rowWords(table.rows)}
        </Text>
      </Group>
      {table.fields.length > 0 && (
        <List fz="sm" size="sm" mt={4}>
          {table.fields.map((field) => (
            <List.Item key={field.name}>{fieldWords(field)}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

function rowWords({ before, after }: TableChange['rows']): string {
  if (before === null && after === null) return '';
  if (before === after) return `${count(after!)} rows, as before`;
  return `${before === null ? '–' : count(before)} → ${after === null ? '–' : count(after)} rows`;
}

function fieldWords({ name, before, after }: FieldChange): string {
  if (before === null) return `Column ${name} is new (${after})`;
  if (after === null) return `Column ${name} is gone (was ${before})`;
  return `Column ${name}: ${before} became ${after}`;
}
