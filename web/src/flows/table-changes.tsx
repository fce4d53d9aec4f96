import { Badge, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FlowAddress, type FlowDiff, flowDiffQuery, type ResourceChange } from '../api/flows.ts';
import { count, plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';

/** What the package gained and lost: resources, columns, rows. */
export function TableChanges({ address, from, to }: { address: FlowAddress; from: string; to: string }) {
  const diff = useQuery(flowDiffQuery(address, from, to));
  return (
    <Section title="Data">
      <Loaded query={diff}>{({ resources }) => <Resources resources={resources} />}</Loaded>
    </Section>
  );
}

function Resources({ resources: { added, removed, changed, unchanged } }: { resources: FlowDiff['resources'] }) {
  if (added.length + removed.length + changed.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        {unchanged.length === 0
          ? 'Neither revision has published a file.'
          : `${plural(unchanged.length, 'file')}, all the same to the byte.`}
      </Text>
    );
  }
  // A table changes in each of its forms; the one with columns says how.
  const tables = changed.filter(
    ({ fields, rowcount, resource }) => resource.endsWith('_csv') || hasChange(fields, rowcount),
  );
  const others = changed.filter((change) => !tables.includes(change));
  return (
    <Stack gap="sm">
      {tables.map((table) => (
        <Change key={table.resource} table={table} />
      ))}
      <Names word="new" color="leaf" names={added} />
      <Names word="gone" color="red" names={removed} />
      <Names word="changed" color="grain" names={others.map(({ resource }) => resource)} />
      {unchanged.length > 0 && <Names word="the same" color="gray" names={unchanged} />}
    </Stack>
  );
}

const hasChange = ({ added, removed, retyped }: ResourceChange['fields'], rows: ResourceChange['rowcount']): boolean =>
  added.length + removed.length + retyped.length > 0 || rows.from !== rows.to;

function Names({ word, color, names }: { word: string; color: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <Group gap={8} align="flex-start">
      <Badge color={color}>{word}</Badge>
      <Text fz="sm" style={{ flex: 1, overflowWrap: 'anywhere' }}>
        {names.join(', ')}
      </Text>
    </Group>
  );
}

function Change({ table: { resource, rowcount, fields } }: { table: ResourceChange }) {
  const lines = [
    ...fields.added.map((name) => `Column ${name} is new`),
    ...fields.removed.map((name) => `Column ${name} is gone`),
    ...fields.retyped.map(({ field, from, to }) => `Column ${field}: ${from} became ${to}`),
  ];
  return (
    <div>
      <Group gap={8}>
        <Badge color="grain">changed</Badge>
        <Text fw={560}>{resource}</Text>
        <Text fz="sm" c="dimmed" className="numbers">
          {rowWords(rowcount)}
        </Text>
      </Group>
      {lines.length > 0 && (
        <List fz="sm" size="sm" mt={4}>
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

function rowWords({ from, to }: ResourceChange['rowcount']): string {
  if (from === null || to === null) return '';
  return from === to ? `${plural(to, 'row')}, as before` : `${count(from)} → ${plural(to, 'row')}`;
}
