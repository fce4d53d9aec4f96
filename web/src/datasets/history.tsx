import { Badge, Group, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconFileUpload, IconRestore, IconWand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Dataset, datasetQuery, type Revision, revisionsQuery } from '../api/datasets.ts';
import { ago, bytes, count, dateTime, plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { useDatasetId } from './dataset-id.ts';
import { RevisionActions } from './revision-actions.tsx';

const kinds = {
  ingest: { icon: IconFileUpload, words: 'Data added' },
  undo: { icon: IconArrowBackUp, words: 'Undone' },
  restore: { icon: IconRestore, words: 'Restored' },
  function: { icon: IconWand, words: 'Cleaned' },
};

/** Every revision, newest first: what it changed, where it came from, and the way back. */
export function History() {
  const id = useDatasetId();
  const dataset = useQuery(datasetQuery(id));
  const revisions = useQuery(revisionsQuery(id));
  return (
    <Loaded query={dataset}>
      {(found) => (
        <Loaded query={revisions}>
          {({ objects }) =>
            objects.length === 0 ? (
              <Nothing icon={IconFileUpload} title="No revision yet">
                Each file that is published makes one. None of them ever changes afterwards.
              </Nothing>
            ) : (
              <div className="panel rows">
                {objects.map((revision) => (
                  <RevisionRow key={revision.n} dataset={found} revision={revision} />
                ))}
              </div>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

function RevisionRow({ dataset, revision }: { dataset: Dataset; revision: Revision }) {
  const { icon: Sign, words } = kinds[revision.kind];
  const latest = revision.n === dataset.latest_revision;
  return (
    <Group
      px="md"
      py={12}
      align="flex-start"
      justify="space-between"
      gap="md"
      component="article"
      aria-label={`Revision ${revision.n}`}
    >
      <Group align="flex-start" wrap="nowrap" gap="sm" style={{ flex: '1 1 380px', minWidth: 0 }}>
        <Sign size={20} stroke={1.6} aria-hidden style={{ marginTop: 2, flexShrink: 0, color: 'var(--muted)' }} />
        <Stack gap={3} style={{ minWidth: 0 }}>
          <Group gap={8}>
            <Text fw={600}>Revision {revision.n}</Text>
            <Badge color="gray">v{revision.version}</Badge>
            {latest && <Badge>latest</Badge>}
            <Text fz="sm" c="dimmed" title={dateTime(revision.created_at)}>
              {words} {ago(revision.created_at)}
            </Text>
          </Group>
          <Text fz="sm">{revision.changelog || changeWords(revision)}</Text>
          <Group gap="sm" fz="sm" className="numbers">
            <Text fz="sm" c="dimmed">
              {plural(revision.rows, 'row')} · {bytes(revision.bytes)}
            </Text>
            <IssueLink dataset={dataset} revision={revision} />
            {revision.upload_id !== null && (
              <TextLink fz="sm" to={`/upload/${revision.upload_id}`}>
                Receipt
              </TextLink>
            )}
            {revision.run_id !== null && (
              <TextLink fz="sm" to={`/run/${revision.run_id}`}>
                Run
              </TextLink>
            )}
          </Group>
        </Stack>
      </Group>
      <RevisionActions dataset={dataset} revision={revision} />
    </Group>
  );
}

function IssueLink({ dataset, revision }: { dataset: Dataset; revision: Revision }) {
  const { error, warning } = revision.issue_counts;
  if (error + warning === 0) return null;
  return (
    <TextLink fz="sm" to={`/dataset/${dataset.id}/issues`} search={{ revision: String(revision.n) }}>
      {[error > 0 && plural(error, 'error'), warning > 0 && plural(warning, 'warning')].filter(Boolean).join(', ')}
    </TextLink>
  );
}

function changeWords({ counts }: Revision): string {
  const parts = Object.entries(counts).filter(([name, value]) => value > 0 && name !== 'read');
  return parts.map(([name, value]) => `${count(value)} ${name}`).join(', ') || 'No change in rows';
}
