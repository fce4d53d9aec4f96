import { Alert, Anchor, Badge, Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import {
  type DocumentIssue,
  documentIssuesQuery,
  documentQuery,
  type SourceDocument,
  undoDocument,
} from '../api/documents.ts';
import { Fact } from '../ui/fact.tsx';
import { bytes, count, dateTime, plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { stateWords } from './documents-page.tsx';
import { MappingQueue } from './mapping-queue.tsx';

export function DocumentPage() {
  const { document } = useParams({ strict: false }) as { document: string };
  const found = useQuery(documentQuery(Number(document)));
  return <Loaded query={found}>{(one) => <Shown document={one} />}</Loaded>;
}

function Shown({ document }: { document: SourceDocument }) {
  const queries = useQueryClient();
  const state = stateWords[document.state];
  // A new outcome brings new codes and issues.
  const outcome = JSON.stringify([document.state, document.summary]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the outcome is the reason.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['documents', 'codes', document.id] });
    void queries.invalidateQueries({ queryKey: ['documents', 'issues', document.id] });
  }, [outcome]);
  return (
    <Page
      title={document.doc_title}
      about={
        <Group gap={8}>
          <Badge color={state.color}>{state.label}</Badge>
          {dateTime(document.created_at)}
        </Group>
      }
      crumbs={[{ label: 'Documents', to: '/documents' }]}
      actions={<UndoButton document={document} />}
    >
      <Stack>
        {document.duplicate_of !== null && (
          <Alert color="grain" title="The same file was uploaded before">
            <TextLink to={`/documents/${document.duplicate_of}`}>The earlier document</TextLink>
          </Alert>
        )}
        <section className="panel" aria-label="Facts" style={{ padding: 16 }}>
          <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }} spacing="md">
            {factsOf(document.summary).map(([label, value]) => (
              <Fact key={label} label={label}>
                {count(value)}
              </Fact>
            ))}
            <Fact label="File">
              <Anchor href={document.docfile} download fz="sm">
                {bytes(document.bytes)}
              </Anchor>
            </Fact>
            {document.run_id !== null && (
              <Fact label="Processing">
                <TextLink to={`/run/${document.run_id}`} fz="sm">
                  its run
                </TextLink>
              </Fact>
            )}
          </SimpleGrid>
        </section>
        <MappingQueue documentId={document.id} />
        <Issues documentId={document.id} />
      </Stack>
    </Page>
  );
}

const told = ['rows', 'cells', 'missing', 'places', 'campaigns', 'days', 'aggregates_changed'];

/** The numbers of the last processing that people ask for. */
function factsOf(summary: SourceDocument['summary']): [string, number][] {
  const values = Object.entries((summary?.values ?? {}) as Record<string, unknown>);
  const all: [string, unknown][] = [
    ...told.map((name): [string, unknown] => [name.replaceAll('_', ' '), summary?.[name]]),
    ...values.map(([name, value]): [string, unknown] => [`values ${name.replaceAll('_', ' ')}`, value]),
  ];
  return all.filter((one): one is [string, number] => typeof one[1] === 'number' && one[1] > 0);
}

function UndoButton({ document }: { document: SourceDocument }) {
  const queries = useQueryClient();
  const isUndone = document.state === 'undone';
  const refresh = () =>
    Promise.all(['documents', 'values'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const undo = useMutation({
    mutationFn: () => undoDocument(document.id, !isUndone),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone(isUndone ? 'Its values count again.' : 'Its values are taken back.', async () => {
        await undoDocument(document.id, isUndone);
        await refresh();
      });
    },
  });
  return (
    <Button variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
      {isUndone ? 'Put it back' : 'Take it back'}
    </Button>
  );
}

function Issues({ documentId }: { documentId: number }) {
  const issues = useQuery(documentIssuesQuery(documentId));
  return (
    <Section
      title="What did not become a value"
      about="Grouped by reason. Correct the file and send it again, or map a code."
    >
      <Loaded query={issues}>
        {({ objects, meta }) =>
          objects.length === 0 ? (
            <Text c="dimmed" fz="sm">
              Nothing: every cell is a value or empty.
            </Text>
          ) : (
            <Stack gap="sm">
              {[...Map.groupBy(objects, ({ code }) => code)].map(([code, group]) => (
                <IssueGroup key={code} code={code} issues={group} />
              ))}
              {(meta.total_count ?? 0) > objects.length && (
                <Text c="dimmed" fz="sm">
                  The first {count(objects.length)} of {count(meta.total_count ?? 0)}.
                </Text>
              )}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function IssueGroup({ code, issues }: { code: string; issues: DocumentIssue[] }) {
  const cells = issues.reduce((sum, one) => sum + one.cells, 0);
  return (
    <details>
      <summary>
        <strong>{code.replaceAll('_', ' ')}</strong>: {plural(issues.length, 'finding')}, {plural(cells, 'cell')}
      </summary>
      <div className="scroll-x">
        <Table fz="sm" miw={420}>
          <Table.Tbody>
            {issues.slice(0, 100).map((issue) => (
              <Table.Tr key={issue.id}>
                <Table.Td>{issue.row === null ? '' : `Row ${issue.row}`}</Table.Td>
                <Table.Td>{issue.column}</Table.Td>
                <Table.Td>
                  {issue.message}
                  {issue.suggestion ? ` (${issue.suggestion}?)` : ''}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  );
}
