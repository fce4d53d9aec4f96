import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChartBar, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { dashboardsQuery } from '../api/charts.ts';
import { ago } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { DashboardForm } from './dashboard-form.tsx';

export function DashboardsPage() {
  const dashboards = useQuery(dashboardsQuery);
  const navigate = useNavigate();
  const [creating, { open, close }] = useDisclosure();
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      New dashboard
    </Button>
  );
  return (
    <Page title="Dashboards" about="Charts and maps of values, always as they are now." actions={create}>
      <Loaded query={dashboards}>
        {({ objects }) =>
          objects.length === 0 ? (
            <Nothing icon={IconChartBar} title="No dashboard yet" action={create}>
              A dashboard shows lines, bars, tables and maps of indicators. Everybody sees it with the values of their
              own places.
            </Nothing>
          ) : (
            <div className="panel rows">
              {objects.map(({ id, title, description, updated_at }) => (
                <Link key={id} to={`/dashboards/${id}` as never} className="row-link">
                  <Group justify="space-between" wrap="nowrap" px="md" py={12}>
                    <div style={{ minWidth: 0 }}>
                      <Text fw={580} truncate>
                        {title}
                      </Text>
                      {description !== '' && (
                        <Text c="dimmed" fz="sm" lineClamp={1}>
                          {description}
                        </Text>
                      )}
                    </div>
                    <Text fz="xs" c="dimmed" style={{ flexShrink: 0 }}>
                      {ago(updated_at)}
                    </Text>
                  </Group>
                </Link>
              ))}
            </div>
          )
        }
      </Loaded>
      <DashboardForm
        opened={creating}
        close={close}
        onSaved={({ id }) => void navigate({ to: `/dashboards/${id}` as never })}
      />
    </Page>
  );
}
