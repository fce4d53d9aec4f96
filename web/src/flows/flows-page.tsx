import { Badge, Box, Group, Text } from '@mantine/core';
import { IconPlus, IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FlowDataset, flowsQuery } from '../api/flows.ts';
import { sessionQuery } from '../api/session.ts';
import { ago, dateTime } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { exampleSpec } from './example-spec.ts';
import { findabilityWords } from './findability-words.ts';
import { addressOf, pageOf } from './flow-address.ts';
import { FlowBadge } from './flow-state.tsx';
import { scheduleSentence } from './schedule-words.ts';
import './flows.css';

export function FlowsPage() {
  const flows = useQuery(flowsQuery);
  const owner = useQuery(sessionQuery).data?.user?.id ?? '';
  const create = (
    <ButtonLink to="/flow/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New flow
    </ButtonLink>
  );
  return (
    <Page
      title="Flows"
      about="A spec says where data lies, what to do with it and how often; each run of it is a numbered revision."
      actions={create}
    >
      <Loaded query={flows}>
        {({ datasets }) =>
          datasets.length === 0 ? (
            <Nothing icon={IconRoute} title="No flow yet" action={create}>
              A flow fetches a source, checks every row and publishes it as CSV, JSON and a data package. It begins with
              a spec such as this one:
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
              <pre className="spec-example" tabIndex={0}>
                {exampleSpec(owner)}
              </pre>
            </Nothing>
          ) : (
            <div className="panel rows">
              {datasets.map((dataset) => (
                <FlowRow key={dataset.id} dataset={dataset} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function FlowRow({ dataset }: { dataset: FlowDataset }) {
  const address = addressOf(dataset.id);
  return (
    <Link to={pageOf(address) as never} className="row-link">
      <Group justify="space-between" wrap="nowrap" px="md" py={12} gap="md" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap={8} wrap="nowrap">
            <Text fw={580} truncate>
              {dataset.title || address.dataset}
            </Text>
            <FlowBadge state={dataset.state} />
            {dataset.certified && (
              <Badge color="leaf" visibleFrom="xs">
                certified
              </Badge>
            )}
          </Group>
          <Text c="dimmed" fz="sm" lineClamp={1}>
            {address.dataset} · revision {dataset.latest} ·{' '}
            {dataset.paused ? 'schedule paused' : scheduleSentence(dataset.schedule)}
          </Text>
          <Group gap={6} hiddenFrom="xs">
            <Text fz="xs" c="dimmed">
              {findabilityWords[dataset.findability]} ·
            </Text>
            <LastSuccess dataset={dataset} />
          </Group>
        </div>
        <Box style={{ flexShrink: 0, textAlign: 'end' }} visibleFrom="xs">
          <Text fz="sm" c="dimmed">
            {findabilityWords[dataset.findability]}
          </Text>
          <LastSuccess dataset={dataset} />
        </Box>
      </Group>
    </Link>
  );
}

function LastSuccess({ dataset: { succeeded_at: at } }: { dataset: FlowDataset }) {
  return (
    <Text fz="xs" c="dimmed" {...(at === null ? {} : { title: dateTime(at) })}>
      {at === null ? 'never succeeded' : `succeeded ${ago(at)}`}
    </Text>
  );
}
