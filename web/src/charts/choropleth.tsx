import { Breadcrumbs, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, type RefObject, Suspense, useCallback, useState } from 'react';
import type { ChartSpec } from '../api/charts.ts';
import { placePathQuery, type Shape, shapesQuery } from '../api/places.ts';
import type { Cell } from '../api/values.ts';
import { Failure } from '../ui/failure.tsx';
import { Waiting } from '../ui/loaded.tsx';
import { valueText } from '../ui/value-text.ts';
import { arrange } from './arrange.ts';
import type { Exportable, Ink } from './echart.tsx';
import { mapClasses } from './map-classes.ts';
import { type ChartData, useChartData } from './use-chart-data.ts';
import { ValueTable } from './value-table.tsx';

const MapDrawing = lazy(() =>
  import('./map-drawing.tsx').then(({ MapDrawing: component }) => ({ default: component })),
);

interface ChoroplethProps {
  title: string;
  spec: ChartSpec;
  asTable: boolean;
  onTrace: (cell: Cell) => void;
  drawn: RefObject<Exportable | null>;
}

/** A map of one indicator: a click says where a number comes from, places are looked into by name, the way back is above. */
export function Choropleth({ spec, ...more }: ChoroplethProps) {
  const [opened, setOpened] = useState<number>();
  const shown = opened === undefined ? spec : { ...spec, location_id: opened, location_depth: 1 };
  const { data, error, retry } = useChartData(shown);
  const shapes = useQuery(shapesQuery({ location_id: shown.location_id, location_depth: shown.location_depth }));
  const failure = error ?? shapes.error;
  return (
    <Stack gap={6}>
      <Way top={spec.location_id} opened={opened} setOpened={setOpened} />
      {failure != null ? (
        <Failure error={failure} retry={retry} />
      ) : data === undefined || shapes.data === undefined ? (
        <Waiting />
      ) : (
        <Drawn {...more} data={data} shapes={shapes.data} open={setOpened} />
      )}
    </Stack>
  );
}

interface WayProps {
  top: number;
  opened: number | undefined;
  setOpened: (id: number | undefined) => void;
}

function Way({ top, opened, setOpened }: WayProps) {
  const path = useQuery({ ...placePathQuery(opened ?? top), enabled: opened !== undefined }).data ?? [];
  if (opened === undefined) return null;
  const steps = path.slice(path.findIndex(({ id }) => id === top));
  return (
    <Breadcrumbs component="nav" aria-label="Places of the map" separatorMargin={2}>
      {steps.map(({ id, name }) => (
        <Button
          key={id}
          size="compact-xs"
          variant="subtle"
          disabled={id === opened}
          onClick={() => setOpened(id === top ? undefined : id)}
        >
          {name}
        </Button>
      ))}
    </Breadcrumbs>
  );
}

interface DrawnProps extends Omit<ChoroplethProps, 'spec'> {
  data: ChartData;
  shapes: Shape[];
  open: (id: number) => void;
}

function Drawn({ title, data, shapes, asTable, onTrace, drawn, open }: DrawnProps) {
  const periods = [...new Set(data.rows.map(({ names }) => names.period))];
  const [chosen, setChosen] = useState<string>();
  const period = chosen !== undefined && periods.includes(chosen) ? chosen : periods.at(-1);
  const [indicator] = data.indicators;
  const rows = data.rows.filter(({ names, cell }) => names.period === period && cell.indicator_id === indicator?.id);
  const cells = new Map(rows.map(({ cell }) => [cell.location_id, cell]));
  const numbers = rows.flatMap(({ cell }) => (typeof cell.value === 'number' ? [cell.value] : []));
  const classes = mapClasses(indicator, numbers);
  const textOf = (id: number) => valueText(cells.get(id)?.value ?? null, indicator);
  const key = `${shapes.map(({ location_id }) => location_id)} ${rows.map(({ cell }) => cell.value)} ${indicator?.id}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is drawn.
  const areas = useCallback(
    (ink: Ink) =>
      shapes.map((shape) => {
        const value = cells.get(shape.location_id)?.value;
        const found = typeof value === 'number' ? classes.find(({ holds }) => holds(value)) : undefined;
        const text = `${shape.properties.name}: ${textOf(shape.location_id)}`;
        return { id: shape.location_id, text, colour: found?.colour ?? ink.line };
      }),
    [key],
  );
  const trace = (id: number) => {
    const cell = cells.get(id);
    if (cell !== undefined) onTrace(cell);
  };
  return (
    <Stack gap={8}>
      <Group gap="xs">
        {periods.length > 1 && (
          <Select
            size="xs"
            aria-label="Period of the map"
            w={170}
            allowDeselect={false}
            data={periods}
            value={period ?? null}
            onChange={(next) => next !== null && setChosen(next)}
          />
        )}
        {shapes.length > 0 && (
          <Select
            size="xs"
            aria-label="Look into a place"
            placeholder="Look into …"
            w={190}
            searchable
            data={shapes
              .map((shape) => ({ value: String(shape.location_id), label: shape.properties.name }))
              .sort((a, b) => a.label.localeCompare(b.label))}
            value={null}
            onChange={(next) => next !== null && open(Number(next))}
            nothingFoundMessage="No place is called so"
          />
        )}
      </Group>
      {shapes.length === 0 ? (
        <Text c="dimmed" fz="sm" py="md">
          These places have no shapes. Their values are in the table below.
        </Text>
      ) : (
        <Suspense fallback={<Waiting />}>
          <MapDrawing
            label={`${title}, map of ${indicator?.name ?? ''}${period === undefined ? '' : `, ${period}`}`}
            name={shapes.map(({ location_id }) => location_id).join(' ')}
            shapes={shapes}
            areas={areas}
            onOpen={open}
            onTrace={trace}
            drawn={drawn}
          />
        </Suspense>
      )}
      <Legend classes={classes} />
      <Text c="dimmed" fz="xs">
        A click says where a number comes from, a right click looks into the place; the table has every number as a
        button.
      </Text>
      {(asTable || shapes.length === 0) && (
        <ValueTable
          label={`${title} as a table`}
          axis="place"
          arranged={arrange(rows, 'place')}
          indicatorOf={() => indicator}
          onTrace={onTrace}
        />
      )}
    </Stack>
  );
}

function Legend({ classes }: { classes: { label: string; colour: string }[] }) {
  return (
    <Group gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Legend">
      {classes.map(({ label, colour }) => (
        <Group key={label} gap={6} component="li">
          <span className="swatch" style={{ background: colour }} aria-hidden />
          <Text fz="xs">{label}</Text>
        </Group>
      ))}
    </Group>
  );
}
