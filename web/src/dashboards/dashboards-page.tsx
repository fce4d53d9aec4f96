import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChartBar, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { createDashboard, dashboardsQuery } from '../api/charts.ts';
import { fieldError } from '../api/problem.ts';
import { Failure } from '../ui/failure.tsx';
import { ago } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';

export function DashboardsPage() {
  const dashboards = useQuery(dashboardsQuery);
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
      <Modal opened={creating} onClose={close} title="New dashboard">
        <Form close={close} />
      </Modal>
    </Page>
  );
}

function Form({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: ({ title, description }: { title: string; description: string }) => createDashboard(title, description),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['dashboards'] });
      close();
      await navigate({ to: `/dashboards/${id}` as never });
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({ title: String(form.get('title')), description: String(form.get('description')) });
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {create.error !== null && <Failure error={create.error} />}
        <TextInput label="Title" name="title" required data-autofocus error={fieldError(create.error, 'title')} />
        <Textarea label="Description" name="description" autosize minRows={2} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create dashboard
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
