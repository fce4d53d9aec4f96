import { Anchor, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  type DocumentIssue,
  documentIssuesQuery,
  issuesFile,
  openRowsFile,
  type SourceDocument,
} from '../api/documents.ts';
import { Severity } from '../issues/issue-groups.tsx';
import { rowText } from '../lineage/row-text.ts';
import { count, plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { ScrollX } from '../ui/scroll-x.tsx';
import { Section } from '../ui/section.tsx';

const words: Record<string, string> = {
  missing_location: 'Rows without a place',
  missing_campaign: 'Rows without a campaign',
  missing_date: 'Rows without a day',
  missing_indicator: 'Rows without an indicator',
  not_a_date: 'Not a day',
  ambiguous_date: 'Days whose order is not certain',
  outside_scope: 'Places outside what the sender may write',
  duplicate_row: 'Rows said again further down',
  duplicate_cell: 'Cells said twice',
  duplicate_column: 'Columns that a later column counts before',
  duplicate_place: 'Rows of the same place under another code',
  unmapped_location: 'Places nobody knows yet',
  unmapped_campaign: 'Campaigns nobody knows yet',
  unmapped_indicator: 'Columns nobody knows yet',
  wrong_kind: 'Columns collected otherwise',
  not_a_number: 'Not a number',
  ambiguous_number: 'Numbers whose separators are not certain',
  ambiguous_percent: 'Percentages that may be shares',
  not_a_boolean: 'Neither yes nor no',
  unknown_category: 'Not one of the categories',
  out_of_range: 'Outside what is usual or allowed',
  fractional_int: 'Fractions where whole numbers are usual',
};
/** Fewer than these stand open at once. */
const few = 6;
const shownOfGroup = 100;

export function DocumentIssues({ document }: { document: SourceDocument }) {
  const issues = useQuery(documentIssuesQuery(document.id));
  const hasSome = (issues.data?.objects.length ?? 0) > 0;
  return (
    <Section
      title="What needs a look"
      about="Every cell is a value, empty, or named here. Correct the rows and send them again, map a code, or say below how the file is read."
      actions={
        hasSome ? (
          <Group gap="sm">
            <Anchor fz="sm" href={issuesFile(document.id)} download={`issues of ${document.doc_title}.csv`}>
              Findings as CSV
            </Anchor>
            <Anchor fz="sm" href={openRowsFile(document.id)} download={`open rows of ${document.doc_title}.csv`}>
              Their rows as CSV
            </Anchor>
          </Group>
        ) : undefined
      }
    >
      <Loaded query={issues}>
        {({ objects, meta }) =>
          objects.length === 0 ? (
            <Text c="dimmed" fz="sm">
              Nothing: every cell is a value or empty.
            </Text>
          ) : (
            <Stack gap="sm">
              {groupsOf(objects).map(([code, group]) => (
                <IssueGroup key={code} code={code} issues={group} />
              ))}
              {(meta.total_count ?? 0) > objects.length && (
                <Text c="dimmed" fz="sm">
                  The first {count(objects.length)} of {count(meta.total_count ?? 0)}; the CSV has all.
                </Text>
              )}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

/** Errors first; codes that wait for a decision last, since they are listed above already. */
function groupsOf(issues: DocumentIssue[]): [string, DocumentIssue[]][] {
  const rank = (code: string, [first]: DocumentIssue[]) =>
    code.startsWith('unmapped_') ? 2 : first?.severity === 'warning' ? 1 : 0;
  return [...Map.groupBy(issues, ({ code }) => code)].sort(
    (a, b) => rank(...a) - rank(...b) || b[1].length - a[1].length,
  );
}

function IssueGroup({ code, issues }: { code: string; issues: DocumentIssue[] }) {
  const cells = issues.reduce((sum, one) => sum + one.cells, 0);
  const title = words[code] ?? code.replaceAll('_', ' ');
  return (
    <details open={issues.length < few && !code.startsWith('unmapped_')}>
      <summary>
        <Severity severity={issues[0]!.severity} /> <strong style={{ marginInline: 6 }}>{title}</strong>
        <span style={{ color: 'var(--muted)' }}>{plural(Math.max(cells, issues.length), 'cell')}</span>
      </summary>
      <ScrollX label={title}>
        <Table fz="sm" className="stacked" mt={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={110}>Row</Table.Th>
              <Table.Th w={150}>Column</Table.Th>
              <Table.Th w={150}>It says</Table.Th>
              <Table.Th>Why it is here</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numbers">
            {issues.slice(0, shownOfGroup).map((issue) => (
              <Table.Tr key={issue.id}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  {issue.row === null ? (
                    '–'
                  ) : (
                    <TextLink to={`/documents/${issue.document_id}`} search={{ row: String(issue.row) }} fz="sm">
                      {rowText(issue.row, issue.line)}
                    </TextLink>
                  )}
                </Table.Td>
                <Table.Td>{issue.column}</Table.Td>
                <Table.Td>{issue.raw === null ? '' : <Code>{issue.raw}</Code>}</Table.Td>
                <Table.Td>
                  {issue.message}
                  {issue.suggestion ? ` – ${issue.suggestion}` : ''}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollX>
      {issues.length > shownOfGroup && (
        <Text c="dimmed" fz="sm">
          The first {shownOfGroup} of {count(issues.length)}.
        </Text>
      )}
    </details>
  );
}
