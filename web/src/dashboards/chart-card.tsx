import { ActionIcon, Group, Menu, Text, Title } from '@mantine/core';
import { IconDotsVertical, IconDownload, IconTable } from '@tabler/icons-react';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { campaignsQuery, campaignTypesQuery } from '../api/campaigns.ts';
import { type Chart, type ChartSpec, specOf } from '../api/charts.ts';
import { urlOf } from '../api/fetch-api.ts';
import { indicatorsQuery } from '../api/indicators.ts';
import { placesQuery } from '../api/places.ts';
import { chartQuery } from '../charts/chart-query.ts';
import { ChartView } from '../charts/chart-view.tsx';
import type { Exportable } from '../charts/echart.tsx';
import { idsIn, namedCsv } from '../charts/named-csv.ts';
import { campaignNames, groupText } from '../charts/period-text.ts';
import { lineagePath } from '../lineage/lineage-path.ts';
import { toastProblem } from '../ui/toast.tsx';
import { type Arrange, alone, type Change, joined, type Layout, moved, putBack, withoutChart } from './layout.ts';

interface ChartCardProps {
  chart: Chart;
  layout: Layout;
  /** Undefined: not the caller's to change. */
  arrange: Arrange | undefined;
  onEdit: () => void;
  onTrace: (path: string) => void;
}

export function ChartCard({ chart, layout, arrange, onEdit, onTrace }: ChartCardProps) {
  const spec = specOf(chart);
  const [asTable, setAsTable] = useState(false);
  const drawn = useRef<Exportable>(null);
  const id = useId();
  const hasPicture = spec !== undefined && spec.type !== 'table' && spec.type !== 'number';
  return (
    <section className="panel" aria-labelledby={id} style={{ padding: 14, minWidth: 0 }}>
      <Group justify="space-between" wrap="nowrap" mb={6} align="flex-start">
        <Title order={2} id={id} style={{ overflowWrap: 'anywhere' }}>
          {chart.title}
        </Title>
        <Group gap={2} wrap="nowrap">
          {hasPicture && (
            <ActionIcon
              aria-label={`Table of ${chart.title}`}
              aria-pressed={asTable}
              variant={asTable ? 'light' : 'subtle'}
              onClick={() => setAsTable(!asTable)}
            >
              <IconTable size={17} aria-hidden />
            </ActionIcon>
          )}
          {spec !== undefined && <Exports title={chart.title} spec={spec} hasPicture={hasPicture} drawn={drawn} />}
          {arrange !== undefined && (
            <CardMenu chart={chart} layout={layout} arrange={arrange} onEdit={onEdit} isOurs={spec !== undefined} />
          )}
        </Group>
      </Group>
      {spec === undefined ? (
        <Text c="dimmed" fz="sm">
          Another client made this chart, in a form that is its own.
        </Text>
      ) : (
        <ChartView
          key={JSON.stringify(spec)}
          id={chart.id}
          title={chart.title}
          spec={spec}
          asTable={asTable}
          drawn={drawn}
          onTrace={(cell) => onTrace(lineagePath(cell, spanOf(spec)))}
        />
      )}
    </section>
  );
}

const spanOf = ({ start_date, end_date }: ChartSpec) => ({
  ...(start_date === undefined ? {} : { start_date }),
  ...(end_date === undefined ? {} : { end_date }),
});

interface ExportsProps {
  title: string;
  spec: ChartSpec;
  hasPicture: boolean;
  drawn: { current: Exportable | null };
}

function Exports({ title, spec, hasPicture, drawn }: ExportsProps) {
  const queries = useQueryClient();
  const savePicture = (kind: 'png' | 'svg') => {
    const chart = drawn.current;
    if (chart === null) return;
    const url =
      kind === 'png' ? chart.png(title) : URL.createObjectURL(new Blob([chart.svg(title)], { type: 'image/svg+xml' }));
    saveAs(`${title}.${kind}`, url);
  };
  return (
    <Menu position="bottom-end" shadow="md" width={240}>
      <Menu.Target>
        <ActionIcon aria-label={`Download ${title}`}>
          <IconDownload size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {hasPicture && (
          <>
            <Menu.Item onClick={() => savePicture('png')}>PNG</Menu.Item>
            <Menu.Item onClick={() => savePicture('svg')}>SVG</Menu.Item>
          </>
        )}
        <Menu.Item onClick={() => void saveCsv(queries, title, spec).catch(toastProblem)}>
          CSV, with where each comes from
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function saveAs(name: string, url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** All values as the API has them, with what their ids mean. */
async function saveCsv(queries: QueryClient, title: string, spec: ChartSpec): Promise<void> {
  const answer = await fetch(urlOf('/api/v1/datapoint', { ...chartQuery(spec), lineage: 'url', format: 'csv' }));
  if (!answer.ok) throw new Error(`The server answers ${answer.status}: there is no file.`);
  const csv = await answer.text();
  const [indicators, places, campaigns, types] = await Promise.all([
    queries.fetchQuery(indicatorsQuery(spec.indicator_ids)),
    queries.fetchQuery(placesQuery(idsIn(csv, 'location_id'))),
    queries.fetchQuery(campaignsQuery),
    queries.fetchQuery(campaignTypesQuery),
  ]);
  const nameOf = (all: readonly { id: number; name: string }[]) => {
    const names = new Map(all.map(({ id, name }) => [id, name]));
    return (id: number) => names.get(id) ?? '';
  };
  const ofCampaigns = campaignNames(campaigns.objects, types.objects);
  const text = namedCsv(csv, {
    indicator: nameOf(indicators),
    place: nameOf(places),
    period: (campaign, date, group) =>
      campaign !== null ? (ofCampaigns.get(campaign) ?? '') : date !== '' ? date : groupText(group),
    origin: window.location.origin,
  });
  saveAs(`${title}.csv`, URL.createObjectURL(new Blob([text], { type: 'text/csv' })));
}

interface CardMenuProps extends Omit<ChartCardProps, 'onTrace' | 'arrange'> {
  arrange: Arrange;
  isOurs: boolean;
}

function CardMenu({ chart: { uuid, title }, layout, arrange, onEdit, isOurs }: CardMenuProps) {
  const moves: [string, Change][] = [
    ['Move up or left', (rows) => moved(rows, uuid, -1)],
    ['Move down or right', (rows) => moved(rows, uuid, 1)],
    ['Beside the chart above', (rows) => joined(rows, uuid)],
    ['On a row of its own', (rows) => alone(rows, uuid)],
  ];
  const takeOff = () =>
    arrange(`take off ${uuid}`, (rows) => withoutChart(rows, uuid), {
      said: `${title} is off this dashboard.`,
      putBack: (rows) => putBack(rows, uuid, layout),
    });
  return (
    <Menu position="bottom-end" shadow="md" width={210}>
      <Menu.Target>
        <ActionIcon aria-label={`More for ${title}`}>
          <IconDotsVertical size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOurs && <Menu.Item onClick={onEdit}>Change the chart</Menu.Item>}
        {moves.map(([label, move]) => (
          <Menu.Item key={label} disabled={move(layout) === layout} onClick={() => arrange(`${label} ${uuid}`, move)}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item color="red" onClick={takeOff}>
          Take off the dashboard
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
