import { Anchor, Badge, Group, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconX } from '@tabler/icons-react';
import type { IssueCounts, IssueGroup } from '../api/datasets.ts';
import { type IssueFilter, issuesUrl } from '../api/issues.ts';
import { count, plural } from '../ui/format.ts';
import { codeWords } from './code-words.ts';
import { IssueRows } from './issue-rows.tsx';

interface IssueGroupsProps {
  uploadId: string;
  counts: IssueCounts;
  chosen: IssueFilter | undefined;
  onChoose: (filter: IssueFilter | undefined) => void;
}

/** Kinds of finding first, with how often; one kind opened at a time shows its rows. */
export function IssueGroups({ uploadId, counts, chosen, onChoose }: IssueGroupsProps) {
  if (counts.groups.length === 0) {
    return (
      <Group gap={8} c="dimmed">
        <IconCircleCheck size={18} aria-hidden color="var(--mantine-color-leaf-6)" />
        <Text fz="sm">Every row was checked and nothing was found.</Text>
      </Group>
    );
  }
  const isChosen = (group: IssueGroup) =>
    chosen?.code === group.code && (chosen.column ?? null) === group.column && chosen.severity === group.severity;
  return (
    <>
      <div className="scroll-x">
        <Table highlightOnHover miw={480}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={110}>Severity</Table.Th>
              <Table.Th>Finding</Table.Th>
              <Table.Th>Column</Table.Th>
              <Table.Th ta="end">Found</Table.Th>
              <Table.Th w={70} aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numbers">
            {counts.groups.toSorted(worstFirst).map((group) => (
              <Table.Tr
                key={`${group.severity} ${group.code} ${group.column}`}
                bg={isChosen(group) ? 'var(--mark)' : undefined}
              >
                <Table.Td>
                  <Severity severity={group.severity} />
                </Table.Td>
                <Table.Td>{codeWords(group.code)}</Table.Td>
                <Table.Td>
                  {group.column ?? (
                    <Text span c="dimmed" fz="sm">
                      whole row or file
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="end">{count(group.count)}</Table.Td>
                <Table.Td ta="end">
                  <Anchor
                    component="button"
                    fz="sm"
                    aria-expanded={isChosen(group)}
                    onClick={() => onChoose(isChosen(group) ? undefined : filterOf(group))}
                  >
                    {isChosen(group) ? 'Hide' : 'Rows'}
                    <span className="visually-hidden">{` of ${group.code} ${group.column ?? ''}`}</span>
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {chosen !== undefined && <IssueRows uploadId={uploadId} filter={chosen} />}
      <Group gap="md" mt="sm">
        <Text fz="sm" c="dimmed">
          {listedWords(counts)}
        </Text>
        <Anchor fz="sm" href={issuesUrl(uploadId, 'csv', chosen ?? {})} download>
          Download {chosen === undefined ? 'all' : 'these'} as CSV
        </Anchor>
      </Group>
    </>
  );
}

const ranks = { error: 0, warning: 1, info: 2 };
const worstFirst = (a: IssueGroup, b: IssueGroup): number => ranks[a.severity] - ranks[b.severity] || b.count - a.count;

const filterOf = ({ severity, code, column }: IssueGroup): IssueFilter => ({
  severity,
  code,
  column: column ?? undefined,
});

function listedWords({ error, warning, info, listed }: IssueCounts): string {
  const all = error + warning + info;
  return listed < all ? `${plural(all, 'finding')}, the first ${count(listed)} of them listed` : plural(all, 'finding');
}

const looks = {
  error: { color: 'red', icon: IconX },
  warning: { color: 'grain', icon: IconAlertTriangle },
  info: { color: 'gray', icon: IconInfoCircle },
};

export function Severity({ severity }: { severity: IssueGroup['severity'] }) {
  const { color, icon: Sign } = looks[severity];
  return (
    <Badge color={color} leftSection={<Sign size={12} aria-hidden />}>
      {severity}
    </Badge>
  );
}
