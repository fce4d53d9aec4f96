import { Alert, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconEdit, IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FlowHistory, type FlowRevisionEntry, flowHistoryQuery } from '../api/flows.ts';
import { Fact } from '../ui/fact.tsx';
import { ago, dateTime } from '../ui/format.ts';
import { ButtonLink, TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { Section } from '../ui/section.tsx';
import { failureWords } from './failure-words.ts';
import { findabilityWords } from './findability-words.ts';
import { addressOf, pageOf, useFlowAddress } from './flow-address.ts';
import { FlowBadge } from './flow-state.tsx';
import { QueuePlace } from './queue-place.tsx';
import { RunAgain } from './run-again.tsx';
import { ScheduleFacts } from './schedule-facts.tsx';
import { StatusBadge } from './status-badge.tsx';

/** One dataset: what it is, when it runs, and every revision. */
export function FlowPage() {
  const address = useFlowAddress();
  const history = useQuery(flowHistoryQuery(address));
  return (
    <Page
      title={history.data?.title || address.dataset}
      about={<span style={{ overflowWrap: 'anywhere' }}>{`${address.owner}/${address.dataset}`}</span>}
      crumbs={[{ label: 'Flows', to: '/flow' }]}
      actions={
        <>
          <ButtonLink to={pageOf(address, '/edit')} variant="default" leftSection={<IconEdit size={16} aria-hidden />}>
            Edit spec
          </ButtonLink>
          <RunAgain address={address} />
        </>
      }
    >
      <Loaded query={history}>
        {(found) => (
          <Stack gap="md">
            <About history={found} />
            <Revisions history={found} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function About({ history }: { history: FlowHistory }) {
  return (
    <div className="panel" style={{ padding: 14 }}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} className="numbers">
        <Fact label="State">
          <FlowBadge state={history.state} />
        </Fact>
        <Fact label="Who finds it">{findabilityWords[history.findability]}</Fact>
        <Fact label="Last success">
          {history.succeeded_at === null ? (
            'Never'
          ) : (
            <span title={dateTime(history.succeeded_at)}>{ago(history.succeeded_at)}</span>
          )}
        </Fact>
        <Fact label="Certified">{history.certified ? 'Yes' : 'No'}</Fact>
      </SimpleGrid>
      {history.paused && (
        <Alert color="grain" mt="sm" title="The schedule is paused">
          Too many runs failed one after the other. Mend the spec and push it, or run it now: that ends the pause.
        </Alert>
      )}
      <ScheduleFacts schedule={history.schedule} scheduledFor={history.scheduled_for} />
      <StatusBadge id={history.id} />
    </div>
  );
}

function Revisions({ history }: { history: FlowHistory }) {
  if (history.revisions.length === 0) {
    return (
      <Nothing icon={IconRoute} title="No revision yet">
        Each accepted spec and each scheduled run makes one.
      </Nothing>
    );
  }
  return (
    <Section title="Revisions" about="Each keeps its own spec, plan and products.">
      <div className="rows" style={{ marginInline: -16, marginBlockEnd: -16 }}>
        {history.revisions.map((revision) => (
          <RevisionRow key={revision.id} history={history} revision={revision} />
        ))}
      </div>
    </Section>
  );
}

function RevisionRow({ history, revision }: { history: FlowHistory; revision: FlowRevisionEntry }) {
  const address = addressOf(revision.id);
  const at = `/${revision.revision}`;
  return (
    <Group
      px="md"
      py={10}
      gap="md"
      justify="space-between"
      component="article"
      aria-label={`Revision ${revision.revision}`}
    >
      <div style={{ flex: '1 1 260px', minWidth: 0 }}>
        <Group gap={8}>
          <TextLink to={pageOf(address, at)} fw={600}>
            Revision {revision.revision}
          </TextLink>
          <FlowBadge state={revision.state} />
          <QueuePlace queue={revision.queue} />
          {revision.revision === history.successful && (
            <Text fz="sm" c="dimmed">
              the one that is published
            </Text>
          )}
        </Group>
        {revision.error_log.length > 0 && (
          <Text fz="sm" c="var(--ink-error)" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
            {failureSentence(revision.error_log)}
          </Text>
        )}
      </div>
      <Group gap="sm">
        <TextLink fz="sm" to={pageOf(address, `${at}/report`)}>
          Report<span className="visually-hidden">{` of revision ${revision.revision}`}</span>
        </TextLink>
        {revision.revision > 1 && (
          <TextLink fz="sm" to={pageOf(address, `${at}/changes`)}>
            Changes<span className="visually-hidden">{` of revision ${revision.revision}`}</span>
          </TextLink>
        )}
        <Text fz="sm" c="dimmed" title={dateTime(revision.created)}>
          {revision.origin === 'schedule' ? 'by schedule ' : ''}
          {ago(revision.created)}
        </Text>
      </Group>
    </Group>
  );
}

function failureSentence(log: string[]): string {
  const { title, lines } = failureWords(log);
  return lines[0] === undefined ? title : `${title}: ${lines[0]}`;
}
