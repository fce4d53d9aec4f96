import { Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { projectQuery } from '../api/projects.ts';
import { hasEnded, runQuery } from '../api/runs.ts';
import { type Upload, uploadQuery } from '../api/uploads.ts';
import { useFollowedRun } from '../runs/follow-run.ts';
import { bytes, dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { Checking } from './checking.tsx';
import { Outcome } from './outcome.tsx';
import { Review } from './review.tsx';

/** One upload, at whatever point it is: being checked, waiting for a word, or done with. */
export function ReviewPage() {
  const { upload: id } = useParams({ strict: false }) as { upload: string };
  const upload = useQuery(uploadQuery(id));
  const project = useQuery({
    ...projectQuery(upload.data?.project_id ?? ''),
    enabled: upload.data !== undefined,
  }).data;
  return (
    <Page
      title={upload.data?.file.name ?? 'Upload'}
      about={upload.data === undefined ? undefined : aboutWords(upload.data)}
      crumbs={[
        { label: 'Projects', to: '/' },
        { label: project?.title ?? '…', to: `/project/${project?.slug ?? ''}` },
        ...(upload.data?.dataset.id == null
          ? []
          : [{ label: upload.data.dataset.name, to: `/dataset/${upload.data.dataset.id}` }]),
      ]}
    >
      <Loaded query={upload}>{(found) => <Stage upload={found} />}</Loaded>
    </Page>
  );
}

const aboutWords = ({ file, created_at }: Upload): string =>
  `${bytes(file.size)}, sent ${dateTime(created_at)} · sha256 ${file.sha256.slice(0, 12)}…`;

function Stage({ upload }: { upload: Upload }) {
  const runId = upload.run?.id;
  const open = upload.run !== null && !hasEnded(upload.run.state);
  if (open && runId !== undefined) return <Working upload={upload} runId={runId} />;
  if (upload.state === 'awaiting_confirmation' && upload.preview != null) {
    // A check with other options is another review: its form starts from what was asked for.
    return <Review key={`${runId} ${upload.created_at}`} upload={upload} preview={upload.preview} />;
  }
  return (
    <Stack>
      <Outcome upload={upload} />
    </Stack>
  );
}

function Working({ upload, runId }: { upload: Upload; runId: string }) {
  // Asked now and then as well: there are proxies that hold a stream of events back.
  const run = useQuery({
    ...runQuery(runId),
    refetchInterval: ({ state }) => (state.data !== undefined && hasEnded(state.data.state) ? false : 5000),
  });
  const followed = useFollowedRun(runId);
  const queries = useQueryClient();
  const ended = followed.connection === 'ended' || (run.data !== undefined && hasEnded(run.data.state));
  useEffect(() => {
    if (!ended) return;
    const changed = [uploadQuery(upload.id).queryKey, ['issues', upload.id], ['datasets'], ['revisions']];
    for (const queryKey of changed) void queries.invalidateQueries({ queryKey });
  }, [ended, upload.id, queries]);
  return <Checking run={run.data} followed={followed} runId={runId} />;
}
