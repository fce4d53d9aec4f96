import { Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect } from 'react';
import { sessionQuery, signIn } from '../api/session.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { TextLink } from '../ui/link.tsx';
import { Entrance } from './entrance.tsx';

export function SignInPage() {
  const session = useQuery(sessionQuery).data;
  const enter = useEnter();
  useEffect(() => {
    if (session?.authenticated) enter();
  }, [session, enter]);
  return (
    <Entrance title="Sign in to Granary">
      <PasswordForm />
      {(session?.providers ?? []).map((provider) => (
        <Stack key={provider.url} w={340} gap="sm">
          <Divider label="or" />
          <Button component="a" href={provider.url} variant="default" fullWidth>
            Continue with single sign-on
          </Button>
        </Stack>
      ))}
      <Text c="dimmed" fz="sm" maw={340} ta="center">
        Numbers about places over time, every one traceable to the row of the file it came from.
      </Text>
    </Entrance>
  );
}

function PasswordForm() {
  const queries = useQueryClient();
  const submit = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => signIn(name, password),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    submit.mutate({ name: String(form.get('username')), password: String(form.get('password')) });
  };
  return (
    <form onSubmit={onSubmit} className="panel" style={{ width: 'min(340px, 100%)', padding: 20 }}>
      <Stack gap="sm">
        {submit.error !== null && <Failure error={submit.error} />}
        <TextInput
          label="E-mail or username"
          name="username"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
        />
        <PasswordInput label="Password" name="password" autoComplete="current-password" required withAsterisk={false} />
        <Button type="submit" loading={submit.isPending} fullWidth mt={4}>
          Sign in
        </Button>
        <TextLink to="/forgot-password" fz="sm">
          Forgot password?
        </TextLink>
      </Stack>
    </form>
  );
}

/** Back to where one was sent from; only ever an address of this app. */
function useEnter(): () => void {
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const to = next !== undefined && /^\/(?!\/)/.test(next) ? next : '/';
  return () => void navigate({ href: to, replace: true } as never);
}
