import { Drawer, Stack, Table, Text } from '@mantine/core';
import type { Dataset, Revision } from '../api/datasets.ts';
import type { Row } from '../api/rows.ts';
import type { TableField } from '../api/table-schema.ts';
import { cellText } from './cell-text.ts';
import { RowOrigin } from './row-origin.tsx';

interface RowDrawerProps {
  dataset: Dataset;
  revisions: Revision[];
  fields: TableField[];
  row: Row | undefined;
  position: number | undefined;
  onClose: () => void;
}

/** One row whole, every column of it, and where it came from. */
export function RowDrawer({ dataset, revisions, fields, row, position, onClose }: RowDrawerProps) {
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={<Text fw={620}>{`${dataset.title || dataset.name}, row ${(position ?? 0) + 1} of this view`}</Text>}
    >
      {row !== undefined && (
        <Stack>
          <RowOrigin row={row} revisions={revisions} />
          <Table layout="fixed" withRowBorders>
            <Table.Tbody>
              {fields
                .filter(({ name }) => name in row)
                .map((field) => (
                  <Table.Tr key={field.name}>
                    <Table.Th scope="row" w="42%" style={{ overflowWrap: 'anywhere', verticalAlign: 'top' }}>
                      {field.name}
                      <Text fz={11} c="dimmed" fw={400}>
                        {field.type}
                      </Text>
                    </Table.Th>
                    <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} className="numbers">
                      {row[field.name] === null ? (
                        <Text span c="dimmed" fz="sm">
                          empty
                        </Text>
                      ) : (
                        cellText(row[field.name])
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Drawer>
  );
}
