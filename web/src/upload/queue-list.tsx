import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { hasEnded, runQuery } from '../api/runs.ts';
import { RunBadge } from '../runs/run-state.tsx';
import { Failure } from '../ui/failure.tsx';
import { bytes } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { type QueueItem, uploadQueue, useUploadQueue } from './upload-queue.ts';

/** Each file on its way: how much has left, then how far the check is. */
export function QueueList({ projectId }: { projectId: string }) {
  const items = useUploadQueue(projectId);
  useReviewOfTheOnlyOne(items);
  if (items.length === 0) return null;
  return (
    <section className="panel rows" aria-label="Uploads">
      {items.map((item) => (
        <div key={item.id} style={{ padding: '10px 14px' }}>
          <Item item={item} />
        </div>
      ))}
    </section>
  );
}

function Item({ item }: { item: QueueItem }) {
  return (
    <Stack gap={6}>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text fz="sm" fw={560} truncate>
            {item.file.name}
          </Text>
          <Text fz="xs" c="dimmed">
            into {item.dataset}
          </Text>
        </div>
        <ItemActions item={item} />
      </Group>
      {item.state === 'sending' && <Sent item={item} />}
      {item.state === 'checking' && <Checking item={item} />}
      {item.error !== undefined && <Failure error={item.error} />}
    </Stack>
  );
}

function Sent({ item }: { item: QueueItem }) {
  const { sentBytes, startedAt, file } = item;
  const share = file.size === 0 ? 100 : (sentBytes / file.size) * 100;
  const perSecond = sentBytes / Math.max(0.5, (Date.now() - startedAt) / 1000);
  return (
    <>
      <Progress.Root size="sm">
        <Progress.Section value={share} aria-label={`Sending ${file.name}`} />
      </Progress.Root>
      <Text fz="xs" c="dimmed" className="numbers">
        {`${Math.floor(share)} % · ${bytes(sentBytes)} of ${bytes(file.size)} · ${bytes(perSecond)}/s`}
      </Text>
    </>
  );
}

function Checking({ item }: { item: QueueItem }) {
  const run = useQuery({
    ...runQuery(item.upload?.run?.id ?? ''),
    enabled: item.upload !== undefined,
    refetchInterval: (query) => (query.state.data !== undefined && hasEnded(query.state.data.state) ? false : 400),
  }).data;
  const ended = run !== undefined && hasEnded(run.state);
  useEffect(() => {
    if (ended) uploadQueue.update(item.id, { state: 'done' });
  }, [ended, item.id]);
  return (
    <>
      <Progress.Root size="sm">
        <Progress.Section value={Math.max(4, run?.progress ?? 0)} animated aria-label={`Checking ${item.file.name}`} />
      </Progress.Root>
      <Text fz="xs" c="dimmed" role="status">
        Checking{run?.step == null ? ' …' : `: ${run.step}`}
      </Text>
    </>
  );
}

function ItemActions({ item }: { item: QueueItem }) {
  if (item.state === 'waiting' || item.state === 'sending') {
    return (
      <Button size="compact-sm" variant="default" onClick={() => uploadQueue.stop(item.id)}>
        Stop<span className="visually-hidden">{` sending ${item.file.name}`}</span>
      </Button>
    );
  }
  return (
    <Group gap={8} wrap="nowrap">
      {item.state === 'stopped' && <RunBadge state="cancelled" />}
      {item.upload !== undefined && (
        <ButtonLink
          size="compact-sm"
          to={`/upload/${item.upload.id}`}
          variant={item.state === 'done' ? 'filled' : 'default'}
        >
          Review
        </ButtonLink>
      )}
      {item.state !== 'checking' && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => uploadQueue.remove(item.id)}>
          Hide
        </Button>
      )}
    </Group>
  );
}

/** Who uploads one file goes on to its review; who uploads several chooses. */
function useReviewOfTheOnlyOne(items: QueueItem[]): void {
  const navigate = useNavigate();
  const led = useRef(new Set<number>());
  const [only] = items.length === 1 ? items : [];
  useEffect(() => {
    if (only?.state !== 'checking' || only.upload === undefined || led.current.has(only.id)) return;
    led.current.add(only.id);
    const { id } = only.upload;
    uploadQueue.remove(only.id);
    void navigate({ to: `/upload/${id}` as never });
  }, [only, navigate]);
}
