import { Alert, Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconHourglassHigh, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FlowRevision, flowRevisionQuery, onThisServer, productQuery } from '../api/flows.ts';
import { count, plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Section } from '../ui/section.tsx';
import { useFlowAddress, useFlowRevision } from './flow-address.ts';
import { useFlowEvents } from './follow-flow.ts';
import { FromPackage } from './from-package.tsx';
import { groupProblems, type ReportEntry, type ReportTable } from './group-report.ts';
import { ProblemGroups } from './problem-groups.tsx';

/** What was found in each table, the most frequent kind first. */
export function ReportPage() {
  const address = useFlowAddress();
  const revision = useFlowRevision();
  const found = useQuery(flowRevisionQuery(address, revision));
  return <Loaded query={found}>{(current) => <Ready revision={current} />}</Loaded>;
}

function Ready({ revision }: { revision: FlowRevision }) {
  const address = useFlowAddress();
  const pipeline = revision.pipelines[`${revision.id}/validation_report`];
  const isDue = pipeline !== undefined && (pipeline.status === 'QUEUED' || pipeline.status === 'INPROGRESS');
  // The report is there as soon as its pipeline has ended, long before the revision has.
  useFlowEvents(address, useFlowRevision(), !isDue);
  const descriptor = pipeline?.stats['.dpp']?.['out-datapackage-url'];
  if (isDue) {
    return (
      <Nothing icon={IconHourglassHigh} title="Every row is being checked">
        The report appears here as soon as it is ready.
      </Nothing>
    );
  }
  if (descriptor === undefined) {
    return (
      <Nothing icon={IconX} title="No report">
        {pipeline?.error_log.join(' · ') || 'This revision ended before its rows were checked.'}
      </Nothing>
    );
  }
  return (
    <FromPackage address={descriptor}>
      {({ resources: [report] }) => (report === undefined ? null : <Report address={report.path} />)}
    </FromPackage>
  );
}

function Report({ address }: { address: string }) {
  const found = useQuery(productQuery<ReportEntry[]>(address));
  return (
    <Loaded query={found}>
      {(entries) =>
        entries.length === 0 ? (
          <Nothing icon={IconCircleCheck} title="No tables to check">
            The files of this flow are copied as they are.
          </Nothing>
        ) : (
          <Stack gap="md">
            {entries.map((entry) => (
              <Entry key={entry.resource} entry={entry} />
            ))}
            <Anchor fz="sm" href={onThisServer(address)} download>
              Download the report as JSON
            </Anchor>
          </Stack>
        )
      }
    </Loaded>
  );
}

function Entry({ entry }: { entry: ReportEntry }) {
  return (
    <Section title={entry.resource} actions={<Validity entry={entry} />}>
      {entry.warnings.map((warning) => (
        <Alert key={warning} color="grain" mb="sm">
          {warning}
        </Alert>
      ))}
      {entry.tables.map((table, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: tables of a finished report never move.
        <TableFindings key={index} resource={entry.resource} table={table} />
      ))}
    </Section>
  );
}

function Validity({ entry }: { entry: ReportEntry }) {
  if (entry.valid) {
    return (
      <Badge color="leaf" leftSection={<IconCircleCheck size={12} aria-hidden />}>
        valid
      </Badge>
    );
  }
  return (
    <Badge color="red" leftSection={<IconX size={12} aria-hidden />}>
      {plural(entry['error-count'], 'problem')}
    </Badge>
  );
}

function TableFindings({ resource, table }: { resource: string; table: ReportTable }) {
  const facts = [`${count(table['row-count'])} rows with the header`, table.format, table.encoding].filter(Boolean);
  return (
    <Stack gap="xs">
      <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {table.source} · {facts.join(' · ')}
      </Text>
      {table.errors.length === 0 ? (
        <Group gap={8} c="dimmed">
          <IconCircleCheck size={18} aria-hidden color="var(--mantine-color-leaf-6)" />
          <Text fz="sm">Every row was checked and nothing was found.</Text>
        </Group>
      ) : (
        <ProblemGroups resource={resource} table={table} groups={groupProblems(table)} />
      )}
    </Stack>
  );
}
