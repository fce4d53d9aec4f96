import { Anchor, Table, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { codeWords } from '../issues/code-words.ts';
import { count } from '../ui/format.ts';
import type { ProblemGroup, ReportTable } from './group-report.ts';
import { ProblemRows } from './problem-rows.tsx';

interface ProblemGroupsProps {
  resource: string;
  table: ReportTable;
  groups: ProblemGroup[];
}

/** Kinds of problem first; one opened at a time shows its rows. The address says which, so it can be sent to somebody. */
export function ProblemGroups({ resource, table, groups }: ProblemGroupsProps) {
  const { open } = useSearch({ strict: false }) as { open?: string };
  const navigate = useNavigate();
  const nameOf = ({ code, columnNumber }: ProblemGroup): string => [resource, code, columnNumber ?? ''].join(':');
  const choose = (name: string | undefined) =>
    void navigate({ to: '.', search: { open: name } as never, replace: true, resetScroll: false });
  const chosen = groups.find((group) => nameOf(group) === open);
  return (
    <>
      <div className="scroll-x">
        <Table highlightOnHover miw={280}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Problem</Table.Th>
              <Table.Th>Column</Table.Th>
              <Table.Th ta="end">Found</Table.Th>
              <Table.Th w={70} aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numbers">
            {groups.map((group) => {
              const name = nameOf(group);
              const isOpen = name === open;
              return (
                <Table.Tr key={name} bg={isOpen ? 'var(--mark)' : undefined}>
                  <Table.Td>{codeWords(group.code)}</Table.Td>
                  <Table.Td>
                    {group.column ?? (
                      <Text span c="dimmed" fz="sm">
                        whole row or file
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="end">{foundWords(table, group, groups)}</Table.Td>
                  <Table.Td ta="end">
                    <Anchor
                      component="button"
                      fz="sm"
                      aria-expanded={isOpen}
                      onClick={() => choose(isOpen ? undefined : name)}
                    >
                      {isOpen ? 'Hide' : 'Rows'}
                      <span className="visually-hidden">{` of ${group.code} ${group.column ?? ''}`}</span>
                    </Anchor>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
      {chosen !== undefined && <ProblemRows group={chosen} headers={table.headers} />}
    </>
  );
}

/** Exact where one group has all of its code; else the listed ones of more. */
function foundWords(table: ReportTable, group: ProblemGroup, groups: ProblemGroup[]): string {
  const listed = groups.filter(({ code }) => code === group.code).reduce((sum, { errors }) => sum + errors.length, 0);
  const all = table['error-stats']?.[group.code] ?? listed;
  if (all === listed) return count(group.errors.length);
  return listed === group.errors.length ? count(all) : `${count(group.errors.length)} or more`;
}
