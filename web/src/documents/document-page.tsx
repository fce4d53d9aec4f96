import { Alert, Anchor, Badge, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import {
  countingValuesQuery,
  documentQuery,
  documentValuesQuery,
  mayReadFileQuery,
  type SourceDocument,
  undoDocument,
} from '../api/documents.ts';
import { runQuery } from '../api/runs.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Fact } from '../ui/fact.tsx';
import { bytes, count, dateTime, plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { LoadedPage } from '../ui/loaded-page.tsx';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useMay } from '../ui/use-may.ts';
import { DocumentIssues } from './document-issues.tsx';
import { DocumentReading } from './document-reading.tsx';
import { DocumentRowSection } from './document-row.tsx';
import { DocumentValues } from './document-values.tsx';
import { MappingQueue } from './mapping-queue.tsx';
import { stateWords } from './state-words.ts';
import { useRefreshDocuments } from './use-decide.ts';
import './documents.css';

export function DocumentPage() {
  const { document } = useParams({ strict: false }) as { document: string };
  const found = useQuery(documentQuery(Number(document)));
  return (
    <LoadedPage query={found} title="Document" crumbs={[{ label: 'Documents', to: '/documents' }]}>
      {(one) => <Shown key={one.id} document={one} />}
    </LoadedPage>
  );
}

function Shown({ document }: { document: SourceDocument }) {
  const queries = useQueryClient();
  const may = useMay();
  const row = Number((useSearch({ strict: false }) as { row?: unknown }).row);
  // A new outcome brings new codes, values and issues.
  const outcome = JSON.stringify([document.state, document.run_id, document.summary, document.updated_at]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the outcome is the reason.
  useEffect(() => {
    for (const key of ['codes', 'issues', 'values', 'details', 'row']) {
      void queries.invalidateQueries({ queryKey: ['documents', key, document.id] });
    }
  }, [outcome]);
  return (
    <Page
      title={document.doc_title}
      about={
        <Group gap={8}>
          <State document={document} />
          {dateTime(document.created_at)}
        </Group>
      }
      crumbs={[{ label: 'Documents', to: '/documents' }]}
      actions={document.state !== 'received' && may.change(document) && <UndoButton document={document} />}
    >
      <Stack>
        {document.duplicate_of !== null && (
          <Alert color="grain" title="The same file was uploaded before">
            <TextLink to={`/documents/${document.duplicate_of}`}>The earlier document</TextLink>
          </Alert>
        )}
        {document.state === 'undone' && (
          <Alert color="gray" title="Taken back">
            Nothing of it counts. Its codes stay decided; put it back and its values are there again.
          </Alert>
        )}
        {document.file_header.length === 0 ? (
          <BeingRead runId={document.run_id} />
        ) : (
          <>
            {Number.isInteger(row) && row > 0 && <DocumentRowSection document={document} row={row} />}
            <Facts document={document} />
            <MappingQueue document={document} />
            <DocumentIssues document={document} />
            <DocumentValues document={document} />
            <DocumentReading document={document} />
          </>
        )}
      </Stack>
    </Page>
  );
}

/** A document that was read counts with those of its values before which no other comes. */
function State({ document }: { document: SourceDocument }) {
  const total = useInfiniteQuery(documentValuesQuery(document.id)).data?.pages[0]?.meta.total_count ?? 0;
  const counting = useQuery(countingValuesQuery(document.id)).data;
  const { label, color } = stateWords[document.state];
  if (document.state !== 'processed' || total === 0 || counting === undefined || counting >= total) {
    return <Badge color={color}>{label}</Badge>;
  }
  return (
    <Badge color={counting === 0 ? 'grain' : color}>
      {counting === 0 ? 'superseded' : label} · {count(counting)} of {plural(total, 'value')}
    </Badge>
  );
}

function BeingRead({ runId }: { runId: string | null }) {
  const run = useSeenRun(runId);
  return (
    <section className="panel" aria-label="Being read" style={{ padding: 16 }}>
      <Text>
        The file is being read; what it calls things appears here when that is done.{' '}
        {run !== undefined && <TextLink to={`/run/${run.id}`}>How far it is</TextLink>}
      </Text>
    </section>
  );
}

function Facts({ document }: { document: SourceDocument }) {
  const values = useInfiniteQuery(documentValuesQuery(document.id)).data?.pages[0]?.meta.total_count;
  const mayRead = useMayReadFile(document);
  const run = useSeenRun(document.run_id);
  const summary = (document.summary ?? {}) as Record<string, unknown>;
  const { cells } = summary;
  const facts: [string, unknown][] = [
    ['Rows', summary.rows],
    ['Cells', cells],
    ['Values', values],
    // Of now: the summary is of the last reading, and what codes mean may have been said since.
    ['Without a value', typeof cells === 'number' && values != null ? Math.max(0, cells - values) : undefined],
  ];
  return (
    <section className="panel" aria-label="Facts" style={{ padding: 16 }}>
      <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="md" className="numbers">
        {facts.map(([label, value]) => (
          <Fact key={label} label={label}>
            {typeof value === 'number' ? count(value) : '–'}
          </Fact>
        ))}
        <Fact label="File">
          {mayRead ? (
            <Anchor href={document.docfile} download fz="sm">
              Download, {bytes(document.bytes)}
            </Anchor>
          ) : (
            <Text fz="sm">{bytes(document.bytes)}, for those who see all its places</Text>
          )}
        </Fact>
        {run !== undefined && (
          <Fact label="Read by">
            <TextLink to={`/run/${run.id}`} fz="sm">
              Its run
            </TextLink>
          </Fact>
        )}
      </SimpleGrid>
    </section>
  );
}

/** Undefined until it is known that the reader may see it. */
function useSeenRun(id: string | null) {
  return useQuery({ ...runQuery(id ?? ''), enabled: id !== null, retry: false }).data;
}

/** The file is for its sender and for those who see every place in it; until that is known it is not offered. */
function useMayReadFile(document: SourceDocument): boolean {
  const may = useMay();
  const found = useQuery({ ...mayReadFileQuery(document), enabled: !may.change(document) });
  return may.change(document) || found.data === true;
}

function UndoButton({ document }: { document: SourceDocument }) {
  const refresh = useRefreshDocuments();
  const isUndone = document.state === 'undone';
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
