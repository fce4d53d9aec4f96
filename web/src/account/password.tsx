import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import type { FormEvent } from 'react';
import { changePassword } from '../api/account.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone } from '../ui/toast.tsx';

export function Password() {
  const change = useMutation({ mutationFn: changePassword });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    change.mutate(
      { old_password: String(given.get('old')), new_password: String(given.get('new')) },
      {
        onSuccess: () => {
          form.reset();
          toastDone('Password changed.');
        },
      },
    );
  };
  return (
    <Section title="Password">
      <form onSubmit={onSubmit}>
        <Stack gap="sm">
          {change.error !== null && <Failure error={change.error} />}
          <PasswordInput label="Current password" name="old" autoComplete="current-password" required />
          <PasswordInput label="New password" name="new" autoComplete="new-password" required />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
