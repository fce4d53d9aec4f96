import { Table, Text } from '@mantine/core';
import type { Change } from '../api/uploads.ts';
import { cellText } from '../explorer/cell-text.ts';
import { ScrollX } from '../ui/scroll-x.tsx';
import { Section } from '../ui/section.tsx';

/** For an update by key: what stands there now, and what would. */
export function ChangedKeys({ changes }: { changes: Change[] }) {
  return (
    <Section title="Rows that would change" about="Old and new values of rows with the same key">
      <ScrollX label="Old and new values" style={{ maxHeight: 360, overflowY: 'auto' }}>
        <Table stickyHeader verticalSpacing={4} fz="sm" className="numbers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              <Table.Th>Column</Table.Th>
              <Table.Th>Now</Table.Th>
              <Table.Th>Then</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.flatMap((change) => {
              const key = Object.values(change.key).map(cellText).join(', ');
              const columns = Object.keys(change.after).filter(
                (name) => cellText(change.before[name]) !== cellText(change.after[name]),
              );
              return columns.map((name) => (
                <Table.Tr key={`${key} ${name}`}>
                  <Table.Td>{key}</Table.Td>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    <Text span fz="sm" c="dimmed" td="line-through">
                      {cellText(change.before[name]) || 'empty'}
                    </Text>
                  </Table.Td>
                  <Table.Td bg="var(--wash-warning)">{cellText(change.after[name]) || 'empty'}</Table.Td>
                </Table.Tr>
              ));
            })}
          </Table.Tbody>
        </Table>
      </ScrollX>
    </Section>
  );
}
