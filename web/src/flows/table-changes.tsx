import { Badge, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FieldChange, type FlowAddress, flowDiffQuery, type TableChange } from '../api/flows.ts';
import { count, plural } from '../ui/format.ts';
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
              {changedAlike(resources).map((tables) => (
                <Change key={tables[0]!.resource} tables={tables} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

const colors = { added: 'leaf', removed: 'red', changed: 'grain', same: 'gray' };

/** One table is published in several forms, of which the same is to be said: once. */
function changedAlike(all: TableChange[]): TableChange[][] {
  const alike = new Map<string, TableChange[]>();
  for (const one of all) {
    const { change, rows, fields } = one;
    const key = JSON.stringify([change, rows, fields]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()];
}

function Change({ tables }: { tables: TableChange[] }) {
  const table = tables[0]!;
  return (
    <div>
      <Group gap={8}>
        <Text fw={560} style={{ overflowWrap: 'anywhere' }}>
          {tables.map(({ resource }) => resource).join(', ')}
        </Text>
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
  if (before === after) return `${plural(after!, 'row')}, as before`;
  return `${before === null ? '–' : count(before)} → ${after === null ? '–' : count(after)} rows`;
}

function fieldWords({ name, before, after }: FieldChange): string {
  if (before === null) return `Column ${name} is new (${after})`;
  if (after === null) return `Column ${name} is gone (was ${before})`;
  return `Column ${name}: ${before} became ${after}`;
}
