import { Table, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Run, runsQuery } from '../api/runs.ts';
import { ago, dateTime, duration } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { kindWords } from './kind-words.ts';
import { RunBadge, RunProgress } from './run-state.tsx';

export function RunList({ filter }: { filter: Record<string, string | undefined> }) {
  const runs = useQuery(runsQuery(filter));
  return (
    <Loaded query={runs}>
      {({ objects }) =>
        objects.length === 0 ? (
          <Nothing icon={IconPlayerPlay} title="No runs">
            Everything that takes time appears here while it works, and stays with its log: uploads being checked,
            exports, restores.
          </Nothing>
        ) : (
          <RunTable runs={objects} />
        )
      }
    </Loaded>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  return (
    <div className="panel scroll-x">
      <Table highlightOnHover miw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th miw={130}>Run</Table.Th>
            <Table.Th w={130} miw={112}>
              State
            </Table.Th>
            <Table.Th>Where it stands</Table.Th>
            <Table.Th ta="end">Took</Table.Th>
            <Table.Th ta="end">Asked for</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numbers">
          {runs.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>
                <TextLink to={`/run/${run.id}`} fw={560}>
                  {kindWords(run.kind)}
                </TextLink>
              </Table.Td>
              <Table.Td>
                <RunBadge state={run.state} />
              </Table.Td>
              <Table.Td maw={320}>
                <RunProgress run={run} />
                <Text fz="sm" c={run.error === null ? 'dimmed' : 'var(--ink-error)'} truncate>
                  {run.error?.message ?? run.step ?? ''}
                </Text>
              </Table.Td>
              <Table.Td ta="end" style={{ whiteSpace: 'nowrap' }}>
                {run.started_at === null ? '–' : duration(run.started_at, run.ended_at)}
              </Table.Td>
              <Table.Td ta="end" title={dateTime(run.queued_at)} style={{ whiteSpace: 'nowrap' }}>
                {ago(run.queued_at)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
