import { Badge, Button, Group } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { cancelFlow, type FlowAddress, flowHistoryQuery, flowRevisionQuery, hasFlowEnded } from '../api/flows.ts';
import { useMutation } from '../api/use-mutation.ts';
import { ago, dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { addressOf, pageOf, useFlowAddress, useFlowRevision } from './flow-address.ts';
import { FlowBadge } from './flow-state.tsx';
import { QueuePlace } from './queue-place.tsx';

/** What every page of a revision has above it. */
export function RevisionFrame() {
  const address = useFlowAddress();
  const revision = useFlowRevision();
  const query = useQuery(flowRevisionQuery(address, revision));
  const found = query.data;
  const base = pageOf(address, `/${revision}`);
  const number = found === undefined ? revision : addressOf(found.id).revision;
  return (
    <Page
      title={`Revision ${number}`}
      crumbs={[
        { label: 'Flows', to: '/flow' },
        { label: address.dataset, to: pageOf(address) },
      ]}
      about={
        found === undefined ? undefined : (
          <Group gap={8} role="status">
            <FlowBadge state={found.state} />
            {found.state === 'QUEUED' && <Queue address={address} id={found.id} />}
            {found.certified && <Badge color="leaf">certified</Badge>}
            <span title={dateTime(found.modified)}>changed {ago(found.modified)}</span>
          </Group>
        )
      }
      actions={
        found !== undefined && !hasFlowEnded(found.state) ? <Cancel address={address} revision={revision} /> : undefined
      }
    >
      <Tabs
        label="Parts of the revision"
        tabs={[
          { to: base, label: 'Pipelines', exact: true },
          { to: `${base}/report`, label: 'Report' },
          { to: `${base}/spec`, label: 'Spec' },
          { to: `${base}/changes`, label: 'Changes' },
        ]}
      />
      <Loaded query={query}>{() => <Outlet />}</Loaded>
    </Page>
  );
}

/** Its status has no word for it; the list of revisions has, and is asked again while something waits. */
function Queue({ address, id }: { address: FlowAddress; id: string }) {
  const history = useQuery(flowHistoryQuery(address));
  return <QueuePlace queue={history.data?.revisions.find((revision) => revision.id === id)?.queue} />;
}

function Cancel({ address, revision }: { address: FlowAddress; revision: string }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelFlow(address, revision),
    onError: toastProblem,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['flows'] });
      toastDone('Cancelled. What was published before stays as it is.');
    },
  });
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerStop size={16} aria-hidden />}
      loading={cancel.isPending}
      onClick={() => cancel.mutate()}
    >
      Cancel
    </Button>
  );
}
