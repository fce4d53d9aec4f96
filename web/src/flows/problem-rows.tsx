import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ProblemGroup } from './group-report.ts';

const pageSize = 100;

/** The rows behind one kind of problem, as they stand in the source, the cell in question marked. */
export function ProblemRows({ group, headers }: { group: ProblemGroup; headers: string[] | null }) {
  const [shown, setShown] = useState(pageSize);
  const errors = group.errors.slice(0, shown);
  const width = Math.max(0, ...errors.map(({ row }) => row?.length ?? 0));
  const columns = Array.from({ length: width }, (_, index) => headers?.[index] ?? `column ${index + 1}`);
  return (
    <section
      aria-label="Rows with this problem"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
      tabIndex={0}
      style={{ position: 'relative', maxHeight: 420, overflow: 'auto', borderBlock: '1px solid var(--line)' }}
    >
      <Table stickyHeader miw={480} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="end" w={70}>
              Row
            </Table.Th>
            <Table.Th>What is wrong</Table.Th>
            {columns.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names may occur twice; their place does not change.
              <Table.Th key={index}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numbers">
          {errors.map((error, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no id; the list only ever grows.
            <Table.Tr key={index}>
              <Table.Td ta="end">{error['row-number'] ?? '–'}</Table.Td>
              <Table.Td miw={240} style={{ overflowWrap: 'anywhere' }}>
                {error.message}
              </Table.Td>
              {columns.map((name, at) => (
                <Table.Td
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  key={`${at} ${name}`}
                  bg={at + 1 === error['column-number'] ? 'var(--wash-error)' : undefined}
                >
                  {cellWords(error.row?.[at])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown < group.errors.length && (
        <Button variant="subtle" fullWidth onClick={() => setShown(shown + pageSize)}>
          More
        </Button>
      )}
    </section>
  );
}

function cellWords(cell: unknown) {
  if (cell === undefined || cell === null || cell === '') {
    return (
      <Text span c="dimmed" fz="sm">
        {cell === '' ? '(empty)' : '–'}
      </Text>
    );
  }
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
