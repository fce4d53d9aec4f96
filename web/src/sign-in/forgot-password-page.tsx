import { Button, Stack, Text, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { askForPasswordLink } from '../api/session.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { TextLink } from '../ui/link.tsx';
import { Entrance } from './entrance.tsx';

/** The answer is the same for everybody: whether there is such an account is nobody's business. */
export function ForgotPasswordPage() {
  const ask = useMutation({ mutationFn: askForPasswordLink });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate(String(new FormData(event.currentTarget).get('username')));
  };
  return (
    <Entrance title="Forgot your password?">
      <form onSubmit={onSubmit} className="panel" style={{ width: 'min(340px, 100%)', padding: 20 }}>
        <Stack gap="sm">
          {ask.error !== null && <Failure error={ask.error} />}
          {ask.isSuccess ? (
            <Text fz="sm" role="status">
              If there is such an account with an e-mail address, a link to set a new password is on its way to it. It
              works for one hour. If nothing comes, ask an administrator.
            </Text>
          ) : (
            <>
              <TextInput
                label="E-mail or username"
                name="username"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
              />
              <Button type="submit" loading={ask.isPending} fullWidth mt={4}>
                Send me a link
              </Button>
            </>
          )}
          <TextLink to="/sign-in" fz="sm">
            Back to the sign-in
          </TextLink>
        </Stack>
      </form>
    </Entrance>
  );
}
