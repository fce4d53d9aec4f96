import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeFields } from '../api/change-fields.ts';
import { createDashboard, type Dashboard, dashboardPath } from '../api/charts.ts';
import { fieldError } from '../api/problem.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';

interface FormProps {
  close: () => void;
  /** Given: this one is changed; else a new one is made. */
  dashboard?: Dashboard;
  onSaved: (saved: Dashboard) => void;
}

export function DashboardForm({ opened, ...props }: FormProps & { opened: boolean }) {
  const title = props.dashboard === undefined ? 'New dashboard' : `Change ${props.dashboard.title}`;
  return (
    <FormModal opened={opened} onClose={props.close} title={title}>
      <Form {...props} />
    </FormModal>
  );
}

function Form({ close, dashboard, onSaved }: FormProps) {
  const queries = useQueryClient();
  const [read] = useState({ title: dashboard?.title ?? '', description: dashboard?.description ?? '' });
  const save = useMutation({
    mutationFn: (fields: { title: string; description: string }) =>
      dashboard === undefined
        ? createDashboard({ ...fields, rows: [] })
        : changeFields<typeof fields, Dashboard>(dashboardPath(dashboard.id), read, fields),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['dashboards'] });
      close();
      onSaved(saved);
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({ title: String(form.get('title')), description: String(form.get('description')) });
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <TextInput
          label="Title"
          name="title"
          required
          data-autofocus
          defaultValue={read.title}
          error={fieldError(save.error, 'title')}
        />
        <Textarea label="Description" name="description" autosize minRows={2} defaultValue={read.description} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {dashboard === undefined ? 'Create dashboard' : 'Save dashboard'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
