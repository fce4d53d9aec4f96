import { Alert, Group, SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { lazy, type RefObject, Suspense, useCallback } from 'react';
import type { ChartSpec } from '../api/charts.ts';
import type { Cell } from '../api/values.ts';
import { Failure } from '../ui/failure.tsx';
import { Waiting } from '../ui/loaded.tsx';
import { valueText } from '../ui/value-text.ts';
import { type Arranged, arrange, type Named } from './arrange.ts';
import { Choropleth } from './choropleth.tsx';
import type { Exportable, Ink } from './echart.tsx';
import { seriesOption } from './series-option.ts';
import { type ChartData, useChartData } from './use-chart-data.ts';
import { ValueTable } from './value-table.tsx';

const Echart = lazy(() => import('./echart.tsx').then(({ Echart: component }) => ({ default: component })));

interface ChartViewProps {
  title: string;
  spec: ChartSpec;
  /** The table beside the picture. */
  asTable: boolean;
  onTrace: (cell: Cell) => void;
  drawn: RefObject<Exportable | null>;
}

export function ChartView(props: ChartViewProps) {
  return props.spec.type === 'choropleth' ? <Choropleth {...props} /> : <Values {...props} />;
}

function Values({ spec, ...props }: ChartViewProps) {
  const { data, error, retry } = useChartData(spec);
  if (error != null) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Waiting />;
  if (data.rows.every(({ cell }) => cell.value === null)) {
    return (
      <Alert color="gray" title="No values">
        Nothing is stored or calculated for these indicators, places and periods, or none of it is yours to see.
      </Alert>
    );
  }
  return spec.type === 'number' ? (
    <Numbers data={data} onTrace={props.onTrace} />
  ) : (
    <Picture spec={spec} data={data} {...props} />
  );
}

function Picture({ title, spec, data, asTable, onTrace, drawn }: ChartViewProps & { data: ChartData }) {
  const arranged = arrange(data.rows, spec.axis);
  const indicatorOf = (cell: Cell | undefined) => data.indicators.find(({ id }) => id === cell?.indicator_id);
  const table = (
    <ValueTable
      label={`${title} as a table`}
      axis={spec.axis}
      arranged={arranged}
      indicatorOf={indicatorOf}
      onTrace={onTrace}
    />
  );
  if (spec.type === 'table') return table;
  return (
    <>
      <Drawing {...{ title, spec, arranged, indicatorOf, onTrace, drawn }} />
      {asTable && table}
    </>
  );
}

interface DrawingProps extends Omit<ChartViewProps, 'asTable'> {
  arranged: Arranged;
  indicatorOf: Parameters<typeof seriesOption>[2];
}

function Drawing({ title, spec, arranged, indicatorOf, onTrace, drawn }: DrawingProps) {
  const key = JSON.stringify([spec.type, arranged]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is drawn.
  const option = useCallback((ink: Ink) => seriesOption(spec.type, arranged, indicatorOf, ink), [key]);
  const lying =
    spec.type === 'bar' ? Math.max(260, arranged.categories.length * 26 * Math.min(arranged.series.length, 3)) : 300;
  return (
    <Suspense fallback={<Waiting />}>
      <Echart
        label={`${title}: ${arranged.series.length} series over ${arranged.categories.length} values of the axis`}
        height={Math.min(lying, 700)}
        option={option}
        onClick={({ seriesIndex, dataIndex }) => {
          const cell = arranged.series[seriesIndex]?.cells[dataIndex];
          if (cell !== undefined) onTrace(cell);
        }}
        drawn={drawn}
      />
    </Suspense>
  );
}

/** The newest value of each indicator at each place, large. */
function Numbers({ data, onTrace }: { data: ChartData; onTrace: (cell: Cell) => void }) {
  const newest = new Map<string, Named>();
  for (const row of data.rows) {
    if (row.cell.value !== null) newest.set(`${row.cell.indicator_id} ${row.cell.location_id}`, row);
  }
  return (
    <SimpleGrid cols={{ base: 1, xs: newest.size > 1 ? 2 : 1 }} spacing="sm">
      {[...newest.values()].slice(0, 12).map(({ cell, names }) => (
        <UnstyledButton
          key={`${cell.indicator_id} ${cell.location_id}`}
          className="value-button"
          style={{ alignSelf: 'start' }}
          onClick={() => onTrace(cell)}
          title="Where does this come from?"
        >
          <Text fz={34} fw={680} className="numbers" lh={1.15}>
            {valueText(
              cell.value,
              data.indicators.find(({ id }) => id === cell.indicator_id),
            )}
          </Text>
          <Group gap={4}>
            <Text fz="sm" c="dimmed">
              {names.indicator}, {names.place}, {names.period}
            </Text>
          </Group>
        </UnstyledButton>
      ))}
    </SimpleGrid>
  );
}
