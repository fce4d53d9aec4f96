import { Button, Code, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type IssueFilter, issuesQuery } from '../api/issues.ts';
import { Failure } from '../ui/failure.tsx';
import { Waiting } from '../ui/loaded.tsx';

/** The cells behind one kind of finding: where each stands in the file as it was sent. */
export function IssueRows({ uploadId, filter }: { uploadId: string; filter: IssueFilter }) {
  const issues = useInfiniteQuery(issuesQuery(uploadId, filter));
  if (issues.error !== null) return <Failure error={issues.error} retry={() => void issues.refetch()} />;
  if (issues.data === undefined) return <Waiting />;
  const items = issues.data.pages.flatMap((page) => page.items);
  return (
    <section
      aria-label="Rows with this finding"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
      tabIndex={0}
      style={{ maxHeight: 420, overflow: 'auto', borderBlock: '1px solid var(--line)' }}
    >
      <Table stickyHeader miw={480} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="end" w={80}>
              Row
            </Table.Th>
            <Table.Th ta="end" w={80}>
              Line
            </Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th>What is wrong</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numbers">
          {items.map((issue, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: findings have no id; the list only ever grows.
            <Table.Tr key={index}>
              <Table.Td ta="end">{issue.row ?? '–'}</Table.Td>
              <Table.Td ta="end">{issue.line ?? '–'}</Table.Td>
              <Table.Td maw={260} style={{ overflowWrap: 'anywhere' }}>
                {issue.value == null ? (
                  <Text span c="dimmed" fz="sm">
                    –
                  </Text>
                ) : (
                  <Code>{issue.value === '' ? '(empty)' : issue.value}</Code>
                )}
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {issue.message}
                {issue.suggestion != null && (
                  <Text fz="xs" c="dimmed">
                    {issue.suggestion}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {issues.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          loading={issues.isFetchingNextPage}
          onClick={() => void issues.fetchNextPage()}
        >
          More
        </Button>
      )}
    </section>
  );
}
