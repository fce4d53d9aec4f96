import { Button, Group, Menu } from '@mantine/core';
import { IconArrowBackUp, IconDots, IconDownload, IconFile, IconRestore, IconTable } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Dataset, type Revision, restoreRevision, undoRevision } from '../api/datasets.ts';
import { downloadUrl } from '../api/rows.ts';
import { useMutation } from '../api/use-mutation.ts';
import { ButtonLink } from '../ui/link.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useWhenRunEnds } from './when-run-ends.ts';

export function RevisionActions({ dataset, revision }: { dataset: Dataset; revision: Revision }) {
  const navigate = useNavigate();
  const { undo, restore, busy } = useRevisionChanges(dataset);
  const latest = revision.n === dataset.latest_revision;
  return (
    <Group gap={6}>
      <ButtonLink
        to={`/dataset/${dataset.id}`}
        {...(latest ? {} : { search: { revision: String(revision.n) } })}
        size="compact-sm"
        variant="default"
        leftSection={<IconTable size={15} aria-hidden />}
      >
        Rows
      </ButtonLink>
      <Menu position="bottom-end" shadow="md" width={220}>
        <Menu.Target>
          <Button size="compact-sm" variant="default" loading={busy} aria-label={`More for revision ${revision.n}`}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {revision.kind === 'ingest' && (
            <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={() => undo(revision.n)}>
              Undo this revision
            </Menu.Item>
          )}
          {!latest && (
            <Menu.Item leftSection={<IconRestore size={16} aria-hidden />} onClick={() => restore(revision.n)}>
              Restore to this revision
            </Menu.Item>
          )}
          <Menu.Divider />
          {revision.upload_id !== null && (
            <Menu.Item
              component="a"
              href={`/api/v1/dataset/${dataset.id}/revision/${revision.n}/file`}
              leftSection={<IconFile size={16} aria-hidden />}
            >
              Original file
            </Menu.Item>
          )}
          <Menu.Item
            component="a"
            href={downloadUrl(dataset.id, revision.n, 'csv', {})}
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Rows as CSV
          </Menu.Item>
          {revision.run_id !== null && (
            <Menu.Item onClick={() => void navigate({ to: `/run/${revision.run_id}` as never })}>
              The run's log
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

interface Change {
  kind: 'undo' | 'restore';
  n: number;
  before: number;
}

/** Both make a new revision and destroy none, so either can be taken back by restoring the one before. */
function useRevisionChanges(dataset: Dataset) {
  const queries = useQueryClient();
  const whenRunEnds = useWhenRunEnds();
  const refresh = async () => {
    await Promise.all(
      [['datasets'], ['revisions', dataset.id], ['rows', dataset.id], ['runs']].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
  };
  const change = useMutation({
    mutationFn: async ({ kind, n }: Change) => {
      await whenRunEnds(await (kind === 'undo' ? undoRevision : restoreRevision)(dataset.id, n));
      await refresh();
    },
    onError: toastProblem,
    // `before` travels with the change: by now the dataset of this component is the one after it.
    onSuccess: (_, { kind, n, before }) =>
      toastDone(kind === 'undo' ? `Revision ${n} is undone.` : `Back to revision ${n}.`, async () => {
        await whenRunEnds(await restoreRevision(dataset.id, before));
        await refresh();
      }),
  });
  return {
    busy: change.isPending,
    undo: (n: number) => change.mutate({ kind: 'undo', n, before: dataset.latest_revision }),
    restore: (n: number) => change.mutate({ kind: 'restore', n, before: dataset.latest_revision }),
  };
}
