import { Button, Code, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type AccessToken, revokeToken, tokensQuery } from '../api/account.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ago, dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { CreateToken } from './create-token.tsx';

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const [creating, { open, close }] = useDisclosure();
  return (
    <Section
      title="Personal access tokens"
      about="For scripts and other programs, in place of your password. Each can be narrowed and taken back by itself."
      actions={
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New token
        </Button>
      }
    >
      <Loaded query={tokens}>
        {({ objects }) => <TokenTable tokens={objects.filter(({ revoked }) => !revoked)} />}
      </Loaded>
      <CreateToken opened={creating} close={close} />
    </Section>
  );
}

function TokenTable({ tokens }: { tokens: AccessToken[] }) {
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<AccessToken>();
  const revoke = useMutation({
    mutationFn: revokeToken,
    onError: toastProblem,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      toastDone(`The token ${doomed?.name} opens nothing any more.`);
      setDoomed(undefined);
    },
  });
  if (tokens.length === 0) return <Text c="dimmed">No token yet.</Text>;
  return (
    <div className="scroll-x">
      <Table miw={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td>
                {token.name} <Code fz={11}>{token.prefix}…</Code>
              </Table.Td>
              <Table.Td>{rightsWords(token)}</Table.Td>
              <Table.Td>{token.last_used_at === null ? 'never' : ago(token.last_used_at)}</Table.Td>
              <Table.Td>{token.expires_at === null ? 'never' : dateTime(token.expires_at)}</Table.Td>
              <Table.Td ta="end">
                <Button size="compact-sm" variant="subtle" color="red" onClick={() => setDoomed(token)}>
                  Revoke<span className="visually-hidden">{` ${token.name}`}</span>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Confirm
        opened={doomed !== undefined}
        close={() => setDoomed(undefined)}
        title={`Revoke ${doomed?.name ?? 'the token'}?`}
        action="Revoke token"
        danger
        loading={revoke.isPending}
        onConfirm={() => doomed !== undefined && revoke.mutate(doomed.id)}
      >
        Programs that use it are refused from now on. This cannot be undone.
      </Confirm>
    </div>
  );
}

function rightsWords(token: AccessToken): string {
  const what =
    token.verbs === null ? 'do what you may' : token.verbs.includes('POST') ? token.verbs.join(', ') : 'read only';
  return token.project_ids === null
    ? what
    : `${what}, in ${token.project_ids.length} project${token.project_ids.length === 1 ? '' : 's'}`;
}
