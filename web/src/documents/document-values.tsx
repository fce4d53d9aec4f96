import { Badge, Button, Table, Text, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type DocumentValue, documentValuesQuery, type SourceDocument } from '../api/documents.ts';
import { type Indicator, indicatorsQuery } from '../api/indicators.ts';
import { type Coordinates, type StoredCell, storedCellsQuery } from '../api/values.ts';
import { LineageDrawer } from '../lineage/lineage-drawer.tsx';
import { lineagePath } from '../lineage/lineage-path.ts';
import { Failure } from '../ui/failure.tsx';
import { count } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { ScrollX } from '../ui/scroll-x.tsx';
import { Section } from '../ui/section.tsx';
import { valueText } from '../ui/value-text.ts';

/** What the document says, in the order of its rows; each value leads to where it comes from. */
export function DocumentValues({ document }: { document: SourceDocument }) {
  const found = useInfiniteQuery(documentValuesQuery(document.id));
  const [traced, setTraced] = useState<string>();
  const values = found.data?.pages.flatMap(({ objects }) => objects) ?? [];
  const total = found.data?.pages[0]?.meta.total_count ?? values.length;
  const ids = [...new Set(values.map(({ indicator_id: id }) => id))].sort((a, b) => a - b);
  const indicators = useQuery(indicatorsQuery(ids)).data ?? [];
  const before = useBefore(found.data?.pages.map(({ objects }) => objects) ?? []);
  return (
    <Section title="Values" about="What the file says of places and periods, by row.">
      {found.error !== null && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.data === undefined && found.error === null && <Waiting />}
      {found.data !== undefined && values.length === 0 && (
        <Text c="dimmed" fz="sm">
          {document.state === 'undone' ? 'None while it is taken back.' : 'None yet: decide what its codes mean.'}
        </Text>
      )}
      {values.length > 0 && (
        <ScrollX label="Values of the document" style={{ maxHeight: 420, overflow: 'auto' }}>
          <Table fz="sm" className="stacked stacked-wide" stickyHeader verticalSpacing={4}>
            <Table.Thead data-sticky>
              <Table.Tr>
                <Table.Th>Row</Table.Th>
                <Table.Th>Place</Table.Th>
                <Table.Th>{document.file_type === 'campaign' ? 'Campaign' : 'Day'}</Table.Th>
                <Table.Th>Indicator</Table.Th>
                <Table.Th ta="end">It says</Table.Th>
                <Table.Th ta="end">Read as</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="numbers">
              {values.map((value) => (
                <ValueRow
                  key={value.id}
                  value={value}
                  indicator={indicators.find(({ id }) => id === value.indicator_id)}
                  before={before.get(cellKey(value))}
                  onTrace={() => setTraced(lineagePath({ ...value, id: null }))}
                />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollX>
      )}
      {found.hasNextPage && (
        <Button
          mt="xs"
          size="compact-sm"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          More: {count(values.length)} of {count(total)} shown
        </Button>
      )}
      <LineageDrawer path={traced} onClose={() => setTraced(undefined)} />
    </Section>
  );
}

interface ValueRowProps {
  value: DocumentValue;
  indicator: Indicator | undefined;
  /** What somebody or a script said there, which counts before documents. */
  before: StoredCell | undefined;
  onTrace: () => void;
}

function ValueRow({ value, indicator, before, onTrace }: ValueRowProps) {
  return (
    <Table.Tr>
      <Table.Td>{value.row}</Table.Td>
      <Table.Td maw={190} style={{ overflowWrap: 'anywhere' }}>
        {value.location__name}
      </Table.Td>
      <Table.Td style={value.data_date === null ? undefined : { whiteSpace: 'nowrap' }}>
        {value.campaign__name ?? value.data_date}
      </Table.Td>
      <Table.Td>{indicator?.name ?? value.column}</Table.Td>
      <Table.Td ta="end" c="dimmed" maw={190} style={{ overflowWrap: 'break-word' }}>
        {value.raw}
      </Table.Td>
      <Table.Td ta="end" style={typeof value.value === 'string' ? { whiteSpace: 'nowrap' } : undefined}>
        {!value.counts && (
          <Badge color="gray" mr={6}>
            does not count
          </Badge>
        )}
        <UnstyledButton className="value-button" fz="sm" onClick={onTrace} title="Where does this come from?">
          {valueText(value.value, indicator)}
        </UnstyledButton>
        {!value.counts && (
          <Text fz="xs" c="dimmed">
            {whyNot(before, indicator)}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Why what the file says does not count (monitoring §7.7). */
function whyNot(before: StoredCell | undefined, indicator: Indicator | undefined): string {
  if (before === undefined) return 'a newer document or a later row counts';
  const text = valueText(before.value, indicator);
  if (before.origin === 'script') return `a script counts: ${text}`;
  return before.value === null ? 'cleared by hand' : `entered by hand: ${text}`;
}

/** Of the values that do not count, page by page: what of people and scripts is stored in their cells. */
function useBefore(pages: DocumentValue[][]): ReadonlyMap<string, StoredCell> {
  const without = pages.map((values) => values.filter(({ counts }) => !counts)).filter((values) => values.length > 0);
  const answers = useQueries({ queries: without.map((values) => storedCellsQuery(values.map(coordinatesOf))) });
  // What people entered last, so that it is what is kept.
  const found = answers.flatMap(({ data = [] }) => data).sort((a, b) => b.origin.localeCompare(a.origin));
  return new Map(found.map((one) => [cellKey(one), one]));
}

const coordinatesOf = ({ location_id, indicator_id, campaign_id, data_date }: DocumentValue): Coordinates =>
  campaign_id === null
    ? { location_id, indicator_id, data_date: data_date ?? '' }
    : { location_id, indicator_id, campaign_id };

const cellKey = (of: Pick<StoredCell, 'location_id' | 'indicator_id' | 'campaign_id' | 'data_date'>) =>
  [of.location_id, of.indicator_id, of.campaign_id ?? of.data_date].join(' ');
