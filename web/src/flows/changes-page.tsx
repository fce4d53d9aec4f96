import { Select, Stack } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FlowHistory, flowHistoryQuery, flowRevisionQuery } from '../api/flows.ts';
import { dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Section } from '../ui/section.tsx';
import { addressOf, useFlowAddress, useFlowRevision } from './flow-address.ts';
import { LineDiff } from './line-diff.tsx';
import { asYaml, sentSpec } from './spec-text.ts';
import { TableChanges } from './table-changes.tsx';

/** This revision beside another: the spec line by line, the tables by column and number of rows. */
export function ChangesPage() {
  const history = useQuery(flowHistoryQuery(useFlowAddress()));
  return <Loaded query={history}>{(found) => <Chosen history={found} />}</Loaded>;
}

function Chosen({ history }: { history: FlowHistory }) {
  const address = useFlowAddress();
  const current = useQuery(flowRevisionQuery(address, useFlowRevision())).data;
  const { from } = useSearch({ strict: false }) as { from?: string };
  const navigate = useNavigate();
  if (current === undefined) return null;
  const number = Number(addressOf(current.id).revision);
  const others = history.revisions.filter(({ revision }) => revision !== number);
  const other = others.find(({ revision }) => String(revision) === from) ?? before(others, number);
  if (other === undefined) {
    return (
      <Nothing icon={IconGitCompare} title="Nothing to compare with">
        This is the only revision.
      </Nothing>
    );
  }
  const base = String(other.revision);
  return (
    <Stack gap="md">
      <Select
        label={`Revision ${number}, compared with`}
        w={280}
        maw="100%"
        allowDeselect={false}
        value={base}
        data={others.map(({ revision, created }) => ({
          value: String(revision),
          label: `Revision ${revision}, ${dateTime(created)}`,
        }))}
        onChange={(next) =>
          void navigate({ to: '.', search: { from: next } as never, replace: true, resetScroll: false })
        }
      />
      <TableChanges address={address} from={base} to={String(number)} />
      <SpecChanges from={base} to={String(number)} />
    </Stack>
  );
}

const before = <T extends { revision: number }>(others: T[], number: number): T | undefined =>
  others.find(({ revision }) => revision < number) ?? others[0];

function SpecChanges({ from, to }: { from: string; to: string }) {
  const address = useFlowAddress();
  const old = useQuery(flowRevisionQuery(address, from));
  const current = useQuery(flowRevisionQuery(address, to));
  return (
    <Section title="Spec">
      <Loaded query={old}>
        {(a) => (
          <Loaded query={current}>
            {(b) => <LineDiff before={asYaml(sentSpec(a.spec_contents))} after={asYaml(sentSpec(b.spec_contents))} />}
          </Loaded>
        )}
      </Loaded>
    </Section>
  );
}
