import { Table, Text } from '@mantine/core';
import { isNumeric, type TableField } from '../api/table-schema.ts';
import { cellText } from '../explorer/cell-text.ts';
import { plural } from '../ui/format.ts';
import { Section } from '../ui/section.tsx';

/** The first rows as they would be published. */
export function PreviewRows({ fields, rows }: { fields: TableField[]; rows: Record<string, unknown>[] }) {
  return (
    <Section title="First rows" about={`${plural(rows.length, 'row')} as they would be published`}>
      <section
        className="scroll-x"
        style={{ maxHeight: 420, overflowY: 'auto' }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label="First rows"
      >
        <Table stickyHeader verticalSpacing={4} className="numbers" fz="sm">
          <Table.Thead>
            <Table.Tr>
              {fields.map((field) => (
                <Table.Th
                  key={field.name}
                  ta={isNumeric(field.type) ? 'end' : 'start'}
                  style={{ whiteSpace: 'nowrap' }}
                >
                  {field.name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, 50).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list in file order.
              <Table.Tr key={index}>
                {fields.map((field) => (
                  <Table.Td
                    key={field.name}
                    ta={isNumeric(field.type) ? 'end' : 'start'}
                    maw={260}
                    style={{ whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}
                  >
                    {row[field.name] == null ? (
                      <Text span c="dimmed" fz="sm">
                        –
                      </Text>
                    ) : (
                      cellText(row[field.name])
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Section>
  );
}
