import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { fieldError } from '../api/problem.ts';
import { createProject, type Project, projectsQuery, type Visibility } from '../api/projects.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { toastDone } from '../ui/toast.tsx';

export function CreateProject({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <FormModal opened={opened} onClose={close} title="New project">
      <Form close={close} />
    </FormModal>
  );
}

function Form({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: createProject,
    onSuccess: async (project: Project) => {
      await queries.invalidateQueries({ queryKey: projectsQuery.queryKey });
      toastDone(`${project.title} is ready for its first file.`);
      close();
      await navigate({ to: `/project/${project.slug}` as never });
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({
      title: String(form.get('title')),
      description: String(form.get('description')),
      visibility: String(form.get('visibility')) as Visibility,
    });
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {create.error !== null && <Failure error={create.error} />}
        <TextInput
          label="Title"
          name="title"
          required
          maxLength={200}
          data-autofocus
          error={fieldError(create.error, 'title')}
        />
        <Textarea label="Description" name="description" autosize minRows={2} />
        <Select
          label="Who sees that it exists"
          description="Rows of datasets are read by members only, whatever stands here."
          name="visibility"
          defaultValue="private"
          allowDeselect={false}
          data={[
            { value: 'private', label: 'Its members' },
            { value: 'instance', label: 'Everyone signed in' },
            { value: 'public', label: 'Everybody' },
          ]}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
