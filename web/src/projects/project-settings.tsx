import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { fieldError } from '../api/problem.ts';
import { changeProject, deleteProject, type Project, projectQuery } from '../api/projects.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Failure } from '../ui/failure.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useLeave } from '../ui/use-leave.ts';
import { useProjectId } from './project-frame.tsx';

export function ProjectSettings() {
  const project = useQuery(projectQuery(useProjectId()));
  return (
    <Loaded query={project}>
      {(found) => (
        <Stack>
          <Details project={found} />
          <Removal project={found} />
        </Stack>
      )}
    </Loaded>
  );
}

function Details({ project }: { project: Project }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (body: Partial<Project>) => changeProject(project.id, body),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['projects'] });
      toastDone('Saved.');
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Partial<Project>);
  };
  return (
    <Section title="Details">
      <form onSubmit={onSubmit}>
        <Stack gap="sm">
          {save.error !== null && <Failure error={save.error} />}
          <TextInput
            label="Title"
            name="title"
            defaultValue={project.title}
            required
            error={fieldError(save.error, 'title')}
          />
          <Textarea label="Description" name="description" defaultValue={project.description} autosize minRows={2} />
          <Group grow align="flex-start">
            <Select
              label="Status"
              name="status"
              defaultValue={project.status}
              allowDeselect={false}
              data={['proposed', 'ongoing', 'completed', 'declined']}
            />
            <Select
              label="Who sees that it exists"
              name="visibility"
              defaultValue={project.visibility}
              allowDeselect={false}
              data={[
                { value: 'private', label: 'Its members' },
                { value: 'instance', label: 'Everyone signed in' },
                { value: 'public', label: 'Everybody' },
              ]}
            />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Removal({ project }: { project: Project }) {
  const [asking, { open, close }] = useDisclosure();
  const leave = useLeave('projects');
  const remove = useMutation({
    mutationFn: () => deleteProject(project.id),
    onError: toastProblem,
    onSuccess: async () => {
      await leave('/');
      toastDone(`${project.title} is deleted.`);
    },
  });
  return (
    <Section title="Delete this project" about="It and its datasets are no longer found by anybody.">
      <Button color="red" variant="light" onClick={open}>
        Delete project
      </Button>
      <Confirm
        opened={asking}
        close={close}
        title={`Delete ${project.title}?`}
        action="Delete project"
        danger
        loading={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        Its datasets can no longer be read. Only somebody who administers the server can bring it back.
      </Confirm>
    </Section>
  );
}
