import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChartBar, IconPencil, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import {
  type Chart,
  chartRowsOf,
  createDashboard,
  type Dashboard,
  dashboardQuery,
  deleteDashboard,
  layoutOf,
  rearrange,
} from '../api/charts.ts';
import { useMutation } from '../api/use-mutation.ts';
import { LineageDrawer } from '../lineage/lineage-drawer.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { LoadedPage } from '../ui/loaded-page.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useLeave } from '../ui/use-leave.ts';
import { useMay } from '../ui/use-may.ts';
import { ChartCard } from './chart-card.tsx';
import { ChartEditor } from './chart-editor.tsx';
import { DashboardForm } from './dashboard-form.tsx';
import { type Arrange, type Change, type Layout, type Taken, withChart } from './layout.ts';

export function DashboardPage() {
  const { dashboard } = useParams({ strict: false }) as { dashboard: string };
  const found = useQuery(dashboardQuery(Number(dashboard)));
  return (
    <LoadedPage query={found} title="Dashboard" crumbs={[{ label: 'Dashboards', to: '/dashboards' }]}>
      {(one) => <Shown dashboard={one} />}
    </LoadedPage>
  );
}

function Shown({ dashboard }: { dashboard: Dashboard }) {
  const [editing, setEditing] = useState<Chart | 'new'>();
  const [traced, setTraced] = useState<string>();
  const [changing, change] = useDisclosure();
  const rows = chartRowsOf(dashboard);
  const layout = layoutOf(dashboard);
  const arrange = useArrange(dashboard.id);
  const mayArrange = useMay().arrange(dashboard);
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
      Add chart
    </Button>
  );
  return (
    <Page
      title={dashboard.title}
      about={dashboard.description}
      crumbs={[{ label: 'Dashboards', to: '/dashboards' }]}
      actions={
        mayArrange && (
          <>
            {add}
            <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={change.open}>
              Change
            </Button>
            <DeleteDashboard dashboard={dashboard} layout={layout} />
          </>
        )
      }
    >
      {rows.length === 0 ? (
        <Nothing icon={IconChartBar} title="No chart yet" action={mayArrange ? add : undefined}>
          {mayArrange
            ? 'Choose indicators, places and periods; see it as a line, bars, a table or a map.'
            : 'Who made the dashboard, or an administrator, can add charts.'}
        </Nothing>
      ) : (
        <Stack gap="md">
          {rows.map((row) => (
            <div key={row[0]?.uuid} className="chart-row" style={{ '--in-row': row.length } as never}>
              {row.map((chart) => (
                <ChartCard
                  key={chart.uuid}
                  chart={chart}
                  layout={layout}
                  arrange={mayArrange ? arrange : undefined}
                  onEdit={() => setEditing(chart)}
                  onTrace={setTraced}
                />
              ))}
            </div>
          ))}
        </Stack>
      )}
      <ChartEditor
        chart={editing}
        close={() => setEditing(undefined)}
        onCreated={(uuid) => arrange(`add ${uuid}`, (now) => withChart(now, uuid))}
      />
      <DashboardForm
        opened={changing}
        close={change.close}
        dashboard={dashboard}
        onSaved={({ title }) => toastDone(`${title} is saved.`)}
      />
      <LineageDrawer path={traced} onClose={() => setTraced(undefined)} />
    </Page>
  );
}

/** Saves another order of the charts. */
function useArrange(id: number): Arrange {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['dashboards'] });
  const save = useMutation({
    mutationFn: async ({ change }: { what: string; change: Change; taken: Taken | undefined }) => {
      if (!(await rearrange(id, change)))
        throw new Error('Somebody changed the dashboard in the meantime: see it now.');
    },
    onError: toastProblem,
    onSuccess: (_, { taken }) => {
      if (taken === undefined) return;
      toastDone(taken.said, async () => {
        await rearrange(id, taken.putBack);
        await refresh();
      });
    },
    onSettled: refresh,
  });
  return (what, change, taken) => save.mutate({ what, change, taken });
}

function DeleteDashboard({ dashboard, layout }: { dashboard: Dashboard; layout: Layout }) {
  const queries = useQueryClient();
  const [asking, { open, close }] = useDisclosure();
  const leave = useLeave('dashboards');
  const erase = useMutation({
    mutationFn: () => deleteDashboard(dashboard.id),
    onError: toastProblem,
    onSuccess: async () => {
      await leave('/dashboards');
      const { title, description } = dashboard;
      // It comes back with all its charts, under another id.
      toastDone(`${title} is deleted; its charts stay.`, async () => {
        await createDashboard({ title, description, rows: layout });
        await queries.invalidateQueries({ queryKey: ['dashboards'] });
      });
    },
    onSettled: close,
  });
  return (
    <>
      <Button variant="subtle" color="red" onClick={open}>
        Delete
      </Button>
      <Confirm
        opened={asking}
        close={close}
        title={`Delete ${dashboard.title}?`}
        action="Delete the dashboard"
        danger
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        Nobody sees it any more. Its charts and all values stay.
      </Confirm>
    </>
  );
}
