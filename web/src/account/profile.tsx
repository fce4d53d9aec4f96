import { Badge, Button, Group, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { changeProfile } from '../api/account.ts';
import { sessionQuery } from '../api/session.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone } from '../ui/toast.tsx';

export function Profile() {
  const user = useQuery(sessionQuery).data?.user;
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: changeProfile,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      toastDone('Saved.');
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate({ name: String(new FormData(event.currentTarget).get('name')) });
  };
  return (
    <Section title="Profile" actions={user?.role === 'USER' ? undefined : <Badge>{user?.role.toLowerCase()}</Badge>}>
      <form onSubmit={onSubmit}>
        <Stack gap="sm">
          {save.error !== null && <Failure error={save.error} />}
          <TextInput label="Name" name="name" defaultValue={user?.name} key={user?.name} required autoComplete="name" />
          <TextInput label="E-mail" value={user?.email ?? ''} readOnly variant="filled" />
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
