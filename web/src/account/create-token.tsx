import { Alert, Button, Code, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createToken, tokensQuery } from '../api/account.ts';
import { projectsQuery } from '../api/projects.ts';
import { useMutation } from '../api/use-mutation.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';

export function CreateToken({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <FormModal opened={opened} onClose={close} title="New personal access token">
      <Form close={close} />
    </FormModal>
  );
}

const reading = ['GET'];

function Form({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const projects = useQuery(projectsQuery).data?.objects ?? [];
  const [projectIds, setProjectIds] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: createToken,
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = Number(form.get('days'));
    create.mutate({
      name: String(form.get('name')),
      ...(form.get('may') === 'read' ? { verbs: reading } : {}),
      ...(projectIds.length === 0 ? {} : { project_ids: projectIds }),
      ...(days === 0 ? {} : { expires_in_days: days }),
    });
  };
  if (create.data !== undefined) return <Secret secret={create.data.token} close={close} />;
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {create.error !== null && <Failure error={create.error} />}
        <TextInput
          label="What is it for"
          name="name"
          placeholder="Nightly upload"
          required
          maxLength={200}
          data-autofocus
        />
        <Select
          label="May"
          name="may"
          defaultValue="all"
          allowDeselect={false}
          data={[
            { value: 'all', label: 'do all that you may' },
            { value: 'read', label: 'read only' },
          ]}
        />
        <MultiSelect
          label="In these projects"
          description="None chosen: in all of yours"
          data={projects.map(({ id, title }) => ({ value: id, label: title }))}
          value={projectIds}
          onChange={setProjectIds}
          searchable
        />
        <Select
          label="Ends after"
          name="days"
          defaultValue="90"
          allowDeselect={false}
          data={[
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
            { value: '365', label: 'one year' },
            { value: '0', label: 'never' },
          ]}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Stack>
      <Alert color="grain" title="Copy it now">
        Only a fingerprint is kept: nobody can show you this token again.
      </Alert>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <Group justify="flex-end">
        <CopyButton text={secret} />
        <Button variant="default" onClick={close}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
