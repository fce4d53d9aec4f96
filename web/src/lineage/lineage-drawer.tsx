import { Alert, Badge, Breadcrumbs, Button, Code, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { campaignsQuery } from '../api/campaigns.ts';
import { type Indicator, indicatorQuery } from '../api/indicators.ts';
import { placesQuery } from '../api/places.ts';
import { type EnteredBy, type Lineage, lineageQuery, type Source } from '../api/values.ts';
import { groupText } from '../charts/period-text.ts';
import { roleWords } from '../indicators/formula-text.ts';
import { Fact } from '../ui/fact.tsx';
import { Failure } from '../ui/failure.tsx';
import { count, dateTime, plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Waiting } from '../ui/loaded.tsx';
import { valueText, warningsOf } from '../ui/value-text.ts';
import { reasonWords } from './reason-words.ts';
import { rowText } from './row-text.ts';

/** Where a value comes from, one step after another down to the row of a file or the person who typed it. */
export function LineageDrawer({ path, onClose }: { path: string | undefined; onClose: () => void }) {
  const { href } = useLocation();
  // A link of it may lead to another part of the page below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is the reason.
  useEffect(onClose, [href]);
  return (
    <Drawer
      opened={path !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      styles={{ body: { overflowWrap: 'anywhere' } }}
      title={<Text fw={620}>Where does this come from?</Text>}
    >
      {path !== undefined && <Trail key={path} first={path} />}
    </Drawer>
  );
}

interface Step {
  path: string;
  label: string;
}

function Trail({ first }: { first: string }) {
  const [steps, setSteps] = useState<Step[]>([]);
  const path = steps.at(-1)?.path ?? first;
  const found = useInfiniteQuery(lineageQuery(path));
  const more = { has: found.hasNextPage, isComing: found.isFetchingNextPage, ask: () => void found.fetchNextPage() };
  return (
    <Stack gap="sm">
      {steps.length > 0 && (
        <Breadcrumbs component="nav" aria-label="The way here" separatorMargin={4} style={{ flexWrap: 'wrap' }}>
          <Button size="compact-xs" variant="subtle" onClick={() => setSteps([])}>
            The value
          </Button>
          {steps.map((step, index) => (
            <Button
              key={step.path}
              size="compact-xs"
              variant="subtle"
              disabled={index === steps.length - 1}
              onClick={() => setSteps(steps.slice(0, index + 1))}
            >
              {step.label}
            </Button>
          ))}
        </Breadcrumbs>
      )}
      {found.data === undefined ? (
        found.error === null ? (
          <Waiting />
        ) : (
          <Failure error={found.error} retry={() => void found.refetch()} />
        )
      ) : (
        <Told lineage={found.data} more={more} go={(step) => setSteps([...steps, step])} />
      )}
    </Stack>
  );
}

const kindWords: Record<string, string> = {
  stored: 'From a file',
  entry: 'Entered by hand',
  rolled_up: 'Put together from places below',
  calculated: 'Calculated',
  grouped: 'Put together over time',
  none: 'No value',
};

/** Further pages of inputs. */
interface More {
  has: boolean;
  isComing: boolean;
  ask: () => void;
}

interface ToldProps {
  lineage: Lineage;
  more: More;
  go: (step: Step) => void;
}

function Told({ lineage, more, go }: ToldProps) {
  const indicator = useQuery(indicatorQuery(lineage.cell.indicator_id)).data;
  const warnings = warningsOf(lineage.flags);
  const when = usePeriod(lineage);
  const isUnnamed = lineage.location === undefined;
  const place = useQuery({ ...placesQuery([lineage.cell.location_id]), enabled: isUnnamed }).data?.[0]?.name;
  return (
    <Stack gap="md">
      <div>
        <Text c="dimmed" fz="sm">
          {[indicator?.name ?? lineage.indicator, lineage.location ?? place, when].filter(Boolean).join(', ')}
        </Text>
        <Group gap={10} align="center">
          <Text fz={28} fw={650} className="numbers" lh={1.2}>
            {valueText(lineage.value, indicator)}
          </Text>
          <Badge>{kindWords[lineage.kind] ?? lineage.kind}</Badge>
        </Group>
      </div>
      {warnings.length > 0 && (
        <Alert color="grain" title={warnings.join('; ')}>
          {lineage.conflict !== undefined && (
            <Text fz="sm">
              Stored: {valueText(lineage.conflict.stored, indicator)}. From below:{' '}
              {valueText(lineage.conflict.computed, indicator)}.
            </Text>
          )}
        </Alert>
      )}
      {lineage.formula !== undefined && <div className="formula">{lineage.formula}</div>}
      {lineage.source !== undefined && <FromFile source={lineage.source} />}
      {lineage.entry !== undefined && <ByHand entry={lineage.entry} indicator={indicator} />}
      {lineage.cleared !== undefined && (
        <Text fz="sm">
          Cleared by {lineage.cleared.username ?? 'somebody'} on {dateTime(lineage.cleared.at)}.
        </Text>
      )}
      <Inputs lineage={lineage} more={more} go={go} />
      <Without lineage={lineage} />
      <Superseded lineage={lineage} indicator={indicator} />
      {lineage.definition_version !== undefined && (
        <Text c="dimmed" fz="xs">
          {lineage.operator === undefined ? '' : `Operator ${lineage.operator}. `}Definition version{' '}
          {lineage.definition_version}
          {lineage.at ? `, worked out ${dateTime(lineage.at)}` : ''}.
        </Text>
      )}
    </Stack>
  );
}

/** The campaign's name, the day, or the week, month or year of a group. */
function usePeriod({ campaign, cell: { campaign_id, data_date, time_grouping } }: Lineage): string | undefined {
  const isUnnamed = campaign === undefined && campaign_id !== undefined;
  const named = useQuery({ ...campaignsQuery, enabled: isUnnamed }).data?.objects.find(({ id }) => id === campaign_id);
  return (
    campaign ?? named?.name ?? data_date ?? (time_grouping === undefined ? undefined : groupText(String(time_grouping)))
  );
}

function FromFile({ source }: { source: Source }) {
  return (
    <section className="panel" aria-label="The file" style={{ padding: 12 }}>
      <Stack gap={10}>
        <Fact label="Document">
          {source.document_id == null ? (
            (source.doc_title ?? 'a script')
          ) : (
            <TextLink to={`/documents/${source.document_id}`}>
              {source.doc_title ?? `document ${source.document_id}`}
            </TextLink>
          )}
        </Fact>
        <Group gap="lg">
          {source.row != null && source.rows === undefined && (
            <Fact label="Row">{rowText(source.row, source.line)}</Fact>
          )}
          {source.column != null && source.rows === undefined && <Fact label="Column">{source.column}</Fact>}
          {source.raw != null && (
            <Fact label="In the file it says">
              <Code>{source.raw}</Code>
            </Fact>
          )}
        </Group>
        {source.rows !== undefined && <AddedUp source={source} rows={source.rows} />}
        {source.passed_over?.map((one) => (
          <Fact key={one.column} label={`Not counted: column ${one.column} of the same row`}>
            <Code>{one.raw}</Code>
          </Fact>
        ))}
        {source.cleaning !== undefined && source.cleaning.length > 0 && (
          <Fact label="Read with">{source.cleaning.join('; ')}</Fact>
        )}
        {source.mappings?.map((one) => (
          <Fact key={one.id} label={`The code of the ${one.content_type}`}>
            <Code>{one.code}</Code>{' '}
            {one.mapped_by_id === null ? 'known by itself' : `mapped by ${one.mapped_by ?? 'somebody'}`}
          </Fact>
        ))}
        {source.at !== undefined && (
          <Fact label="Uploaded">
            {dateTime(source.at)}
            {source.uploaded_by == null ? '' : ` by ${source.uploaded_by_username ?? 'somebody'}`}
          </Fact>
        )}
        {source.sha256 != null && (
          <Fact label="SHA-256 of the file">
            <Code fz={11} style={{ overflowWrap: 'anywhere' }}>
              {source.sha256}
            </Code>
          </Fact>
        )}
        <Group gap="sm">
          {source.document_id != null && source.row != null && source.rows === undefined && (
            <TextLink to={`/documents/${source.document_id}`} search={{ row: String(source.row) }}>
              The row as it was read
            </TextLink>
          )}
          {source.run != null && <TextLink to={`/run/${source.run}`}>The run</TextLink>}
        </Group>
      </Stack>
    </section>
  );
}

/** The cells a sum is made of, each with the way to its row. */
function AddedUp({ source, rows }: { source: Source; rows: NonNullable<Source['rows']> }) {
  const more = (source.rows_total ?? rows.length) - rows.length;
  return (
    <Fact label="Added up from">
      {rows.map((one) => (
        <div key={`${one.row} ${one.column}`}>
          <TextLink to={`/documents/${source.document_id}`} search={{ row: String(one.row) }}>
            Row {rowText(one.row, one.line)}
          </TextLink>
          {one.column === undefined ? '' : `, ${one.column}: `}
          {one.raw !== undefined && <Code>{one.raw}</Code>}
        </div>
      ))}
      {more > 0 ? `and ${plural(more, 'more cell')}` : ''}
    </Fact>
  );
}

function ByHand({ entry, indicator }: { entry: EnteredBy; indicator: Indicator | undefined }) {
  return (
    <section className="panel" aria-label="The entry" style={{ padding: 12 }}>
      <Group gap="lg">
        <Fact label="Entered by">{entry.username ?? 'somebody whose account is gone'}</Fact>
        <Fact label="On">{dateTime(entry.at)}</Fact>
        <Fact label="Before">{valueText(entry.value_before ?? null, indicator)}</Fact>
        {entry.note && <Fact label="Note">{entry.note}</Fact>}
      </Group>
    </section>
  );
}

function Inputs({ lineage, more, go }: ToldProps) {
  const inputs = lineage.inputs ?? [];
  if (inputs.length === 0) return null;
  return (
    <div>
      <Title order={3} mb={4}>
        Made from
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What and where</Table.Th>
            <Table.Th ta="end">Value</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inputs.map((input) => (
            <InputRow key={`${input.role} ${input.lineage}`} input={input} go={go} />
          ))}
        </Table.Tbody>
      </Table>
      {more.has && (
        <Button mt="xs" size="compact-sm" variant="default" loading={more.isComing} onClick={more.ask}>
          More: {count(inputs.length)}
          {lineage.inputs_total === undefined ? '' : ` of ${count(lineage.inputs_total)}`} shown
        </Button>
      )}
    </div>
  );
}

function InputRow({ input, go }: { input: Lineage; go: (step: Step) => void }) {
  const indicator = useQuery(indicatorQuery(input.cell.indicator_id)).data;
  const when = usePeriod(input);
  // Periods of one group are of one indicator at one place: neither is said again.
  const what = [input.indicator, input.location ?? when].filter(Boolean);
  const name = what.length > 0 ? what.join(', ') : (indicator?.name ?? '');
  return (
    <Table.Tr>
      <Table.Td>
        <Button size="compact-sm" variant="subtle" onClick={() => go({ path: input.lineage, label: name })}>
          {name}
        </Button>
        <Text c="dimmed" fz="xs" pl={8}>
          {input.role === undefined
            ? kindWords[input.kind]
            : (roleWords[input.role as keyof typeof roleWords] ?? input.role)}
        </Text>
      </Table.Td>
      <Table.Td ta="end" className="numbers">
        {valueText(input.value, indicator)}
      </Table.Td>
    </Table.Tr>
  );
}

function Without({ lineage: { without_data: places = [], without_data_total: total = 0 } }: { lineage: Lineage }) {
  if (places.length === 0) return null;
  const more = total - places.length;
  return (
    <Text fz="sm">
      <strong>{plural(total, 'place')} without data:</strong> {places.map((one) => one.location).join(', ')}
      {more > 0 ? ` and ${more} more` : ''}
    </Text>
  );
}

function Superseded({ lineage, indicator }: { lineage: Lineage; indicator: Indicator | undefined }) {
  const others = lineage.superseded ?? [];
  if (others.length === 0) return null;
  return (
    <div>
      <Title order={3} mb={4}>
        Also stored, but not counted
      </Title>
      <Stack gap={4}>
        {others.map((one) => (
          <Text fz="sm" key={`${one.value} ${one.reason} ${one.source?.document_id} ${one.source?.row}`}>
            <span className="numbers">{valueText(one.value, indicator)}</span>
            {one.source?.document_id == null
              ? ''
              : ` in ${one.source.doc_title ?? `document ${one.source.document_id}`}, row ${rowText(one.source.row, one.source.line)}`}
            : {reasonWords(one.reason)}
          </Text>
        ))}
      </Stack>
    </div>
  );
}
