import { Group, Text, UnstyledButton } from '@mantine/core';
import { lazy, type RefObject, Suspense, useCallback, useState } from 'react';
import type { ChartSpec, Grouping } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { Failure } from '../ui/failure.tsx';
import { FindSelect } from '../ui/find-select.tsx';
import { count, plural } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { measured, warningsOf } from '../ui/value-text.ts';
import { type Arranged, arrange, type Named } from './arrange.ts';
import { Choropleth } from './choropleth.tsx';
import { CutNote } from './cut-note.tsx';
import { DaysNote } from './days-note.tsx';
import type { Exportable, Ink } from './echart.tsx';
import { largestSeries } from './largest-series.ts';
import { layOut } from './lay-out.ts';
import { NoValues } from './no-values.tsx';
import { PerDayNote } from './per-day-note.tsx';
import { dayOf } from './period-text.ts';
import { pieHeight, pieOption } from './pie-option.ts';
import { seriesOption } from './series-option.ts';
import { isOfDays, seriesByUnit } from './units.ts';
import { type ChartData, useChartData } from './use-chart-data.ts';
import { ValueTable } from './value-table.tsx';

const Echart = lazy(() => import('./echart.tsx').then(({ Echart: component }) => ({ default: component })));

interface ChartViewProps {
  /** Of the chart, where it is one on a dashboard: its address says where somebody looked into. */
  id?: number;
  title: string;
  spec: ChartSpec;
  /** The table beside the picture. */
  asTable: boolean;
  onTrace: (cell: Cell) => void;
  drawn: RefObject<Exportable | null>;
}

interface RegroupedProps extends ChartViewProps {
  /** Where the chart itself can be changed; else other periods are only looked at. */
  onRegroup?: (grouping: Grouping) => void;
}

export function ChartView({ onRegroup, ...props }: RegroupedProps) {
  const [group_by_time, setGrouping] = useState(props.spec.group_by_time);
  const all = { ...props, spec: { ...props.spec, group_by_time }, onRegroup: onRegroup ?? setGrouping };
  return all.spec.type === 'choropleth' ? <Choropleth {...all} /> : <Values {...all} />;
}

function Values({ spec, onRegroup, ...props }: ChartViewProps & { onRegroup: (grouping: Grouping) => void }) {
  const { data, error, retry } = useChartData(spec);
  if (error != null) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Waiting />;
  const note = (
    <>
      <PerDayNote spec={spec} data={data} onRegroup={onRegroup} />
      <DaysNote spec={spec} data={data} />
    </>
  );
  if (data.rows.every(({ cell }) => cell.value === null)) {
    return data.indicators.some(isPerCampaign) || spec.group_by_time !== 'campaign' ? (
      <>
        {note}
        <NoValues />
      </>
    ) : (
      note
    );
  }
  return (
    <>
      {note}
      <CutNote {...data} />
      {spec.type === 'number' ? (
        <Numbers data={data} onTrace={props.onTrace} />
      ) : (
        <Picture spec={spec} data={data} {...props} />
      )}
    </>
  );
}

const isPerCampaign = ({ resource_name }: Indicator) => resource_name === 'campaign';

function Picture({ title, spec, data, asTable, onTrace, drawn }: ChartViewProps & { data: ChartData }) {
  const indicatorOf = (cell: Cell | undefined) => data.indicators.find(({ id }) => id === cell?.indicator_id);
  const arranged = arrange(data.rows, spec.axis);
  const inPicture = data.rows.filter(({ cell }) => !isOfDays(indicatorOf(cell)));
  const table = (
    <ValueTable
      label={`${title} as a table`}
      axis={spec.axis}
      arranged={arranged}
      indicatorOf={indicatorOf}
      onTrace={onTrace}
    />
  );
  if (spec.type === 'table' || inPicture.every(({ cell }) => cell.value === null)) return table;
  const drawing = { title, spec, arranged: arrange(inPicture, spec.axis), indicatorOf, onTrace, drawn };
  return (
    <>
      {spec.type === 'pie' ? <Pie rows={inPicture} {...drawing} /> : <Drawing {...drawing} />}
      {asTable && table}
    </>
  );
}

interface DrawingProps extends Omit<ChartViewProps, 'asTable' | 'id'> {
  arranged: Arranged;
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined;
}

function Drawing({ title, spec, arranged, indicatorOf, onTrace, drawn }: DrawingProps) {
  const categories = arranged.categories.map(({ name }) => name);
  const all = seriesByUnit(arranged, indicatorOf);
  const series = largestSeries(all);
  const days = spec.axis === 'period' ? daysOf(arranged) : undefined;
  const isOfPeriods = spec.axis === 'period';
  const key = JSON.stringify([spec.type, arranged]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is drawn.
  const option = useCallback(
    (ink: Ink) => seriesOption(spec.type, { categories, days, series, indicatorOf, isOfPeriods }, ink),
    [key],
  );
  const units = new Set(series.map(({ unit }) => unit)).size;
  const amounts = { categories: categories.length, series: series.length, units, isOfPeriods };
  return (
    <>
      {series.length < all.length && (
        <Text fz="sm" role="status">
          Drawn are the {series.length} largest of {count(all.length)} series; the table has all.
        </Text>
      )}
      <Suspense fallback={<Waiting />}>
        <Echart
          label={`${title}: ${series.length} series over ${categories.length} values of the axis`}
          height={(width) => layOut(spec.type, amounts, width).height}
          option={option}
          onClick={({ seriesIndex, dataIndex }) => {
            const cell = series[seriesIndex]?.cells[dataIndex];
            if (cell !== undefined) onTrace(cell);
          }}
          drawn={drawn}
        />
      </Suspense>
    </>
  );
}

/** Of each category; undefined where one is no day but a campaign, a month or a year. */
function daysOf({ categories, series }: Arranged): string[] | undefined {
  const days = categories.flatMap((_, at) => {
    const cell = series.find(({ cells }) => cells[at] !== undefined)?.cells[at];
    return (cell === undefined ? undefined : dayOf(cell)) ?? [];
  });
  return days.length === categories.length ? days : undefined;
}

/** A pie is of one series: of the newest period, until somebody chooses another. */
function Pie({ rows, ...props }: DrawingProps & { rows: readonly Named[] }) {
  const { title, arranged, indicatorOf, onTrace, drawn } = props;
  const [chosen, setChosen] = useState<string>();
  const { series } = arranged;
  const categories = arranged.categories.map(({ name }) => name);
  const newest = newestOf(rows, arranged);
  const shown = series.find(({ key }) => key === chosen) ?? newest;
  const periods = new Map(rows.map(({ keys, names }) => [keys.period, names.period]));
  // Where all is of one period no series is named after it.
  const isNamed = props.spec.axis === 'period' || periods.size > 1;
  const about = isNamed ? shown.name : [...periods.values(), ...(series.length > 1 ? [shown.name] : [])].join(' · ');
  // No slice is smaller than nothing.
  const left = shown.cells.flatMap((cell, at) =>
    Number(cell?.value ?? 0) < 0 ? [{ cell, name: categories[at] }] : [],
  );
  const slices = categories.length - left.length;
  const drawnKey = JSON.stringify([about, categories, shown]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is drawn.
  const option = useCallback(
    (ink: Ink) => pieOption({ categories, cells: shown.cells, indicatorOf, about }, ink),
    [drawnKey],
  );
  return (
    <>
      {series.length > 1 && (
        <FindSelect
          size="xs"
          w={220}
          aria-label={`What ${title} is of`}
          data={series.map(({ key, name }) => ({ value: key, label: name }))}
          value={shown.key}
          onChange={(next) => next !== null && setChosen(next)}
        />
      )}
      {left.length > 0 && (
        <Text fz="sm" role="status">
          Without {plural(left.length, 'negative value')}, which no slice can show:{' '}
          {left
            .slice(0, 12)
            .map(({ cell, name }) => `${name} ${measured(cell!.value, indicatorOf(cell))}`)
            .join(', ')}
          {left.length > 12 ? ' …' : ''}
        </Text>
      )}
      {slices > 0 && (
        <Suspense fallback={<Waiting />}>
          <Echart
            label={`${title}: ${plural(slices, 'slice')}, ${about}`}
            height={(width) => pieHeight(slices, width)}
            option={option}
            onClick={({ dataIndex }) => {
              const cell = shown.cells[dataIndex];
              if (cell !== undefined) onTrace(cell);
            }}
            drawn={drawn}
          />
        </Suspense>
      )}
    </>
  );
}

/** Values come in the order of their periods; of the last one that has any, the first series. */
function newestOf(rows: readonly Named[], { series }: Arranged): Arranged['series'][number] {
  const withValue = rows.filter(({ cell }) => cell.value !== null);
  const period = withValue.at(-1)?.keys.period;
  const first = withValue.find(({ keys }) => keys.period === period)?.cell;
  return series.find(({ cells }) => cells.some((cell) => cell !== undefined && cell === first)) ?? series[0]!;
}

/** The newest value of each indicator at each place, large. */
function Numbers({ data, onTrace }: { data: ChartData; onTrace: (cell: Cell) => void }) {
  const newest = new Map<string, Named>();
  for (const row of data.rows) {
    if (row.cell.value !== null) newest.set(`${row.cell.indicator_id} ${row.cell.location_id}`, row);
  }
  const shown = [...newest.values()].slice(0, 12);
  return (
    <Group gap="lg" align="flex-start">
      {shown.length < newest.size && (
        <Text fz="sm" role="status" w="100%">
          The first {shown.length} of {count(newest.size)}: shown as a table, all of them are there.
        </Text>
      )}
      {shown.map(({ cell, names }) => (
        <UnstyledButton
          key={`${cell.indicator_id} ${cell.location_id}`}
          className="value-button"
          style={{ maxWidth: '100%' }}
          onClick={() => onTrace(cell)}
          title="Where does this come from?"
        >
          <Text fz={34} fw={680} className="numbers" lh={1.15} style={{ overflowWrap: 'anywhere' }}>
            {measured(
              cell.value,
              data.indicators.find(({ id }) => id === cell.indicator_id),
            )}
            {warningsOf(cell.flags).length > 0 && <span aria-hidden> *</span>}
          </Text>
          <Text fz="sm" c="dimmed">
            {names.indicator}, {names.place}, {names.period}
          </Text>
          {warningsOf(cell.flags).length > 0 && <Text fz="xs">* {warningsOf(cell.flags).join('; ')}</Text>}
        </UnstyledButton>
      ))}
    </Group>
  );
}
