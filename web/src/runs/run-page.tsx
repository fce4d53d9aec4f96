import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { cancelRun, hasEnded, type Run, retryRun, runQuery } from '../api/runs.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Fact } from '../ui/fact.tsx';
import { count, dateTime, duration } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useFollowedRun } from './follow-run.ts';
import { kindWords } from './kind-words.ts';
import { RunLog } from './run-log.tsx';
import { RunBadge, RunProgress } from './run-state.tsx';
import { useNow } from './use-now.ts';

export function RunPage() {
  const { run: id } = useParams({ strict: false }) as { run: string };
  const run = useQuery(runQuery(id));
  const followed = useFollowedRun(id);
  return (
    <Page
      title={run.data === undefined ? 'Run' : kindWords(run.data.kind)}
      about={<span className="numbers">{id}</span>}
      crumbs={[{ label: 'Runs', to: '/run' }]}
      actions={run.data === undefined ? undefined : <Actions run={run.data} />}
    >
      <Loaded query={run}>
        {(found) => (
          <Stack gap="md">
            <Facts run={found} />
            {found.error !== null && (
              <Alert color="red" role="alert" title={found.error.message}>
                {[found.error.hint, found.error.code].filter(Boolean).join(' · ')}
              </Alert>
            )}
            <RunLog runId={id} followed={followed} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Facts({ run }: { run: Run }) {
  const now = useNow(!hasEnded(run.state));
  return (
    <div className="panel" style={{ padding: 14 }}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} className="numbers">
        <Fact label="State">
          <RunBadge state={run.state} />
        </Fact>
        <Fact label="Asked for">{dateTime(run.queued_at)}</Fact>
        <Fact label={hasEnded(run.state) ? 'Took' : 'Working for'}>
          {run.started_at === null ? '–' : duration(run.started_at, run.ended_at, now)}
        </Fact>
        <Fact label="Attempt">
          {run.attempt} of {Math.max(run.attempt, run.max_attempts)}
        </Fact>
        <Subject run={run} />
        <Summary run={run} />
      </SimpleGrid>
      {!hasEnded(run.state) && (
        <Stack gap={4} mt="sm" aria-live="polite">
          <Group justify="space-between">
            <Text fz="sm">{run.step ?? 'Waiting to start'}</Text>
            <Text fz="sm" className="numbers">{`${run.progress} %`}</Text>
          </Group>
          <RunProgress run={run} />
        </Stack>
      )}
    </div>
  );
}

const subjectPages: Record<string, string> = { upload: '/upload', dataset: '/dataset', flow: '/flow' };

function Subject({ run }: { run: Run }) {
  if (run.subject_type === null || run.subject_id === null) return null;
  const page = subjectPages[run.subject_type];
  return (
    <Fact label="Works on">
      {page === undefined ? (
        run.subject_type
      ) : (
        <TextLink to={`${page}/${run.subject_id}`}>this {run.subject_type}</TextLink>
      )}
    </Fact>
  );
}

/** The numbers of a run's result; whatever is deeper has a page of its own. */
function Summary({ run }: { run: Run }) {
  const numbers = Object.entries(run.summary ?? {}).filter(([, value]) => typeof value === 'number');
  return numbers.slice(0, 6).map(([name, value]) => (
    <Fact key={name} label={name.replaceAll('_', ' ')}>
      {count(value as number)}
    </Fact>
  ));
}

function Actions({ run }: { run: Run }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => queries.invalidateQueries({ queryKey: ['runs'] });
  const cancel = useMutation({ mutationFn: cancelRun, onSuccess: refresh, onError: toastProblem });
  const retry = useMutation({
    mutationFn: retryRun,
    onError: toastProblem,
    onSuccess: async (again) => {
      await refresh();
      toastDone('Started again.');
      await navigate({ to: `/run/${again.id}` as never });
    },
  });
  if (!hasEnded(run.state)) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        loading={cancel.isPending}
        disabled={run.state === 'cancelling'}
        onClick={() => cancel.mutate(run.id)}
      >
        Cancel run
      </Button>
    );
  }
  if (run.state === 'succeeded') return null;
  return (
    <Button
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={retry.isPending}
      onClick={() => retry.mutate(run.id)}
    >
      Try again
    </Button>
  );
}
