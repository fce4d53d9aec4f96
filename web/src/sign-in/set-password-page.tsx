import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { setPassword } from '../api/session.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { ButtonLink, TextLink } from '../ui/link.tsx';
import { Entrance } from './entrance.tsx';

/** Where the links of invitations and of forgotten passwords lead. */
export function SetPasswordPage() {
  const { token = '' } = useSearch({ strict: false }) as { token?: string };
  const set = useMutation({ mutationFn: (password: string) => setPassword(token, password) });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set.mutate(String(new FormData(event.currentTarget).get('password')));
  };
  return (
    <Entrance title="Set your password">
      <form onSubmit={onSubmit} className="panel" style={{ width: 'min(340px, 100%)', padding: 20 }}>
        <Stack gap="sm">
          {set.error !== null && <Failure error={set.error} />}
          {set.isSuccess ? (
            <>
              <Text fz="sm" role="status">
                Your password is set.
              </Text>
              <ButtonLink to="/sign-in">Sign in</ButtonLink>
            </>
          ) : (
            <>
              <PasswordInput
                label="New password"
                name="password"
                autoComplete="new-password"
                required
                withAsterisk={false}
                autoFocus
              />
              <Button type="submit" loading={set.isPending} fullWidth mt={4}>
                Set password
              </Button>
              <TextLink to="/forgot-password" fz="sm">
                Ask for another link
              </TextLink>
            </>
          )}
        </Stack>
      </form>
    </Entrance>
  );
}
