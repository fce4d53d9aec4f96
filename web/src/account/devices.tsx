import { Button, Table } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { devicesQuery, signOutOthers } from '../api/account.ts';
import { useMutation } from '../api/use-mutation.ts';
import { ago } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';

export function Devices() {
  const devices = useQuery(devicesQuery);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: signOutOthers,
    onError: toastProblem,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: devicesQuery.queryKey });
      toastDone('Signed out everywhere else.');
    },
  });
  return (
    <Section
      title="Signed in"
      actions={
        <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          Sign out everywhere else
        </Button>
      }
    >
      <Loaded query={devices}>
        {({ data }) => (
          <Table layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Device</Table.Th>
                <Table.Th w={120}>Since</Table.Th>
                <Table.Th w={120}>Last seen</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.slice(0, 20).map((device) => (
                <Table.Tr key={device.id}>
                  <Table.Td style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
                    {device.device_info ?? 'unknown'}
                  </Table.Td>
                  <Table.Td>{ago(utc(device.created_at))}</Table.Td>
                  <Table.Td>{device.last_used_at === null ? '–' : ago(utc(device.last_used_at))}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Section>
  );
}

/** This older wire format leaves the zone out; it is always UTC. */
const utc = (instant: string): string => (/[Z+]/.test(instant) ? instant : `${instant}Z`);
