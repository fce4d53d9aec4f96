import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { membersQuery, roles, setMember } from '../api/members.ts';
import type { ProjectRole } from '../api/projects.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { toastDone } from '../ui/toast.tsx';

export function AddMember({ projectId }: { projectId: string }) {
  const queries = useQueryClient();
  const [user, setUser] = useState('');
  const [role, setRole] = useState<ProjectRole>('viewer');
  const add = useMutation({
    mutationFn: () => setMember(projectId, user.trim(), role),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: membersQuery(projectId).queryKey });
      toastDone(`${user.trim()} is ${role} now.`);
      setUser('');
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap={8} mb="md">
        {add.error !== null && <Failure error={add.error} />}
        <Group align="flex-end" gap={8}>
          <TextInput
            label="Add a person by e-mail"
            type="email"
            placeholder="name@example.org"
            required
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
            flex={1}
            miw={220}
          />
          <Select
            label="Role"
            w={150}
            allowDeselect={false}
            data={roles.map((entry) => entry.role)}
            value={role}
            onChange={(next) => next !== null && setRole(next as ProjectRole)}
          />
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Group>
        <span style={{ fontSize: 13, color: 'var(--muted)' }}>
          May: {roles.find((entry) => entry.role === role)?.may}.
        </span>
      </Stack>
    </form>
  );
}
