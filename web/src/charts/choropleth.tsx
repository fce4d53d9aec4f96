import { Breadcrumbs, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type RefObject, Suspense, useCallback, useState } from 'react';
import type { ChartSpec, Grouping } from '../api/charts.ts';
import { naturally } from '../api/natural-order.ts';
import { placePathQuery, placesBelowQuery, type Shape, shapesQuery } from '../api/places.ts';
import type { Cell } from '../api/values.ts';
import { Failure } from '../ui/failure.tsx';
import { FindSelect } from '../ui/find-select.tsx';
import { plural } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { measured, warningsOf } from '../ui/value-text.ts';
import { arrange } from './arrange.ts';
import { CutNote } from './cut-note.tsx';
import { DaysNote } from './days-note.tsx';
import type { Exportable, Ink } from './echart.tsx';
import { mapClasses } from './map-classes.ts';
import { NoValues } from './no-values.tsx';
import { PerDayNote } from './per-day-note.tsx';
import { isOfDays } from './units.ts';
import { type ChartData, useChartData } from './use-chart-data.ts';
import { ValueTable } from './value-table.tsx';

const MapDrawing = lazy(() =>
  import('./map-drawing.tsx').then(({ MapDrawing: component }) => ({ default: component })),
);

interface ChoroplethProps {
  id?: number;
  title: string;
  spec: ChartSpec;
  asTable: boolean;
  onTrace: (cell: Cell) => void;
  drawn: RefObject<Exportable | null>;
  onRegroup: (grouping: Grouping) => void;
}

/** A map of one indicator: a click says where a number comes from, places are looked into by name, the way back is above. */
export function Choropleth({ spec, id, onRegroup, ...more }: ChoroplethProps) {
  const [opened, setOpened] = useOpened(id);
  const below = useQuery({
    ...placesBelowQuery(opened ?? 0, 1, { limit: 1, offset: 0, name: '' }),
    // What is below another place says nothing of this one.
    placeholderData: undefined,
    enabled: opened !== undefined,
  });
  const isLeaf = opened !== undefined && below.data?.objects.length === 0;
  // What has nothing below it is shown itself.
  const shown = opened === undefined ? spec : { ...spec, location_id: opened, location_depth: isLeaf ? 0 : 1 };
  const { data, error, retry } = useChartData(shown);
  const shapes = useQuery(shapesQuery({ location_id: shown.location_id, location_depth: shown.location_depth }));
  const failure = error ?? shapes.error ?? below.error;
  const isWaiting = data === undefined || shapes.data === undefined || (opened !== undefined && below.isPending);
  return (
    <Stack gap={6}>
      <Way top={spec.location_id} opened={opened} setOpened={setOpened} />
      {failure != null ? (
        <Failure error={failure} retry={retry} />
      ) : isWaiting ? (
        <Waiting />
      ) : (
        <>
          {isLeaf && (
            <Text fz="sm" c="dimmed">
              Below it is no place that you may see: this is its own value.
            </Text>
          )}
          <CutNote {...data} />
          <PerDayNote spec={spec} data={data} onRegroup={onRegroup} />
          <DaysNote spec={spec} data={data} />
          <Drawn {...more} data={data} shapes={shapes.data} open={isLeaf ? undefined : setOpened} />
        </>
      )}
    </Stack>
  );
}

/** What a map looks into stands in the address, for Back, for links and for whoever loads the page again. */
function useOpened(id: number | undefined): [number | undefined, (place: number | undefined) => void] {
  const [local, setLocal] = useState<number>();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  if (id === undefined) return [local, setLocal];
  const name = `into_${id}`;
  const place = Number(search[name]);
  return [
    Number.isInteger(place) && place > 0 ? place : undefined,
    (next) => void navigate({ to: '.', search: { ...search, [name]: next } as never, resetScroll: false }),
  ];
}

interface WayProps {
  top: number;
  opened: number | undefined;
  setOpened: (id: number | undefined) => void;
}

function Way({ top, opened, setOpened }: WayProps) {
  const path = useQuery({ ...placePathQuery(opened ?? top), enabled: opened !== undefined }).data ?? [];
  if (opened === undefined) return null;
  const begin = path.findIndex(({ id }) => id === top);
  const steps = path.slice(Math.max(begin, 0));
  return (
    <Breadcrumbs component="nav" aria-label="Places of the map" separatorMargin={2}>
      {begin < 0 && (
        <Button size="compact-xs" variant="subtle" onClick={() => setOpened(undefined)}>
          The whole map
        </Button>
      )}
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

interface DrawnProps extends Omit<ChoroplethProps, 'spec' | 'id' | 'onRegroup'> {
  data: ChartData;
  shapes: Shape[];
  /** Undefined where nothing is below. */
  open: ((id: number) => void) | undefined;
}

function Drawn({ title, data, shapes, asTable, onTrace, drawn, open }: DrawnProps) {
  const [chosenIndicator, setChosenIndicator] = useState<string>();
  const indicator = data.indicators.find(({ id }) => String(id) === chosenIndicator) ?? data.indicators[0];
  const periods = new Map(data.rows.map(({ keys, names }) => [keys.period, names.period]));
  const [chosen, setChosen] = useState<string>();
  // The newest with a value of this indicator: others of the map may have later ones.
  const filled = data.rows.findLast(({ cell }) => cell.indicator_id === indicator?.id && cell.value !== null);
  const newest = filled?.keys.period ?? [...periods.keys()].at(-1);
  const shownKey = chosen !== undefined && periods.has(chosen) ? chosen : newest;
  const period = shownKey === undefined ? undefined : periods.get(shownKey);
  const isTouched = useMediaQuery('(hover: none)');
  const rows = data.rows.filter(({ keys, cell }) => keys.period === shownKey && cell.indicator_id === indicator?.id);
  const cells = new Map(rows.map(({ cell }) => [cell.location_id, cell]));
  const numbers = rows.flatMap(({ cell }) =>
    typeof cell.value === 'number' && !isOfDays(indicator) ? [cell.value] : [],
  );
  const classes = mapClasses(indicator, numbers);
  const textOf = (id: number) => measured(cells.get(id)?.value ?? null, indicator);
  const key = JSON.stringify([shapes.map(({ location_id }) => location_id), rows, indicator, classes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is drawn.
  const areas = useCallback(
    (ink: Ink) =>
      shapes.map((shape) => {
        const value = cells.get(shape.location_id)?.value;
        const found = typeof value === 'number' ? classes.find(({ holds }) => holds(value)) : undefined;
        const { name } = shape.properties;
        const text = `${name}: ${textOf(shape.location_id)}`;
        const warnings = warningsOf(cells.get(shape.location_id)?.flags);
        return { id: shape.location_id, name, text, warnings, colour: found?.colour ?? ink.line };
      }),
    [key],
  );
  const trace = (id: number) => {
    const cell = cells.get(id);
    if (cell !== undefined) onTrace(cell);
  };
  const hasShape = new Set(shapes.map(({ location_id }) => location_id));
  const shapeless = rows.filter(({ cell }) => cell.value !== null && !hasShape.has(cell.location_id));
  const inTable = rows.map((row) =>
    hasShape.has(row.cell.location_id)
      ? row
      : { ...row, names: { ...row.names, place: `${row.names.place} (no shape)` } },
  );
  if (shapes.length === 0 && rows.every(({ cell }) => cell.value === null)) return <NoValues />;
  const valueAt = (shape: Shape) => cells.get(shape.location_id)?.value ?? null;
  const grey = shapes.filter((shape) => !classes.some(({ holds }) => holds(Number(valueAt(shape) ?? Number.NaN))));
  const flagged = new Set(shapes.flatMap(({ location_id }) => warningsOf(cells.get(location_id)?.flags)));
  const ofNone = grey.every((shape) => valueAt(shape) === null)
    ? 'no value'
    : isOfDays(indicator)
      ? 'a day, or no value'
      : 'no value, or none of these';
  return (
    <Stack gap={8}>
      <Group gap="xs">
        {data.indicators.length > 1 && (
          <Select
            size="xs"
            aria-label="Indicator of the map"
            w={200}
            allowDeselect={false}
            data={data.indicators.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={indicator === undefined ? null : String(indicator.id)}
            onChange={(next) => next !== null && setChosenIndicator(next)}
          />
        )}
        {periods.size > 1 && (
          <Select
            size="xs"
            aria-label="Period of the map"
            w={170}
            allowDeselect={false}
            data={[...periods].map(([value, label]) => ({ value, label }))}
            value={shownKey ?? null}
            onChange={(next) => next !== null && setChosen(next)}
          />
        )}
        {periods.size === 1 && (
          <Text fz="sm" c="dimmed">
            {period}
          </Text>
        )}
        {open !== undefined && shapes.length > 0 && (
          <FindSelect
            size="xs"
            aria-label="Look into a place"
            placeholder="Look into …"
            w={190}
            data={shapes
              .map((shape) => ({ value: String(shape.location_id), label: shape.properties.name }))
              .sort((a, b) => naturally(a.label, b.label))}
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
        <>
          <Suspense fallback={<Waiting />}>
            <MapDrawing
              label={`${title}, map of ${indicator?.name ?? ''}${period === undefined ? '' : `, ${period}`}`}
              name={shapes.map(({ location_id }) => location_id).join(' ')}
              shapes={shapes}
              areas={areas}
              onOpen={(id) => open?.(id)}
              onTrace={trace}
              drawn={drawn}
              legend={(ink) => [...classes, ...(grey.length === 0 ? [] : [{ label: ofNone, colour: ink.line }])]}
            />
          </Suspense>
          <Legend
            classes={grey.length === 0 ? classes : [...classes, { label: ofNone, colour: 'var(--line-strong)' }]}
          />
          {flagged.size > 0 && <Text fz="xs">* {[...flagged].join('; ')}</Text>}
          <Text c="dimmed" fz="xs">
            A {isTouched ? 'tap' : 'click'} says where a number comes from,{' '}
            {open === undefined
              ? ''
              : isTouched
                ? '“Look into …” leads into a place, '
                : 'a right click looks into the place, '}
            the table has every number as a button.
          </Text>
        </>
      )}
      {shapeless.length > 0 && shapes.length > 0 && (
        <Text fz="sm" role="status">
          {plural(shapeless.length, 'place')} with a value {shapeless.length === 1 ? 'has' : 'have'} no shape and{' '}
          {shapeless.length === 1 ? 'is' : 'are'} in the table only.
        </Text>
      )}
      {(asTable || shapes.length === 0 || isOfDays(indicator)) && (
        <ValueTable
          label={`${title} as a table`}
          axis="place"
          arranged={arrange(shapes.length === 0 ? rows : inTable, 'place')}
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
