import { Text } from '@mantine/core';
import type { ChartSpec } from '../api/charts.ts';
import { plural } from '../ui/format.ts';
import { isOfDays } from './units.ts';
import type { ChartData } from './use-chart-data.ts';

/** Indicators whose values are days: no picture shows them, and without an operator nothing of them is above the places. */
export function DaysNote({ spec, data }: { spec: ChartSpec; data: ChartData }) {
  const ofDays = data.indicators.filter(isOfDays);
  const hasValue = new Set(data.rows.flatMap(({ cell }) => (cell.value === null ? [] : [cell.indicator_id])));
  const drawn = ofDays.filter(({ id }) => hasValue.has(id));
  const isPicture = spec.type !== 'table' && spec.type !== 'number';
  // What is collected per day has a note of its own where values are per campaign.
  const empty = ofDays.filter(
    ({ id, resource_name }) => !hasValue.has(id) && !(resource_name === 'date' && spec.group_by_time === 'campaign'),
  );
  return (
    <>
      {isPicture && drawn.length > 0 && (
        <Text fz="sm" role="status" mb={6}>
          {namesOf(drawn)}: the values are days, which have no size to draw. They are in the table.
        </Text>
      )}
      {empty.length > 0 && (
        <Text fz="sm" role="status" mb={6}>
          {namesOf(empty)}: no value. Days are not put together from places below unless the indicator is rolled up by
          the least, greatest or latest.
        </Text>
      )}
    </>
  );
}

const namesOf = (indicators: readonly { name: string }[]) =>
  indicators.length > 3 ? plural(indicators.length, 'indicator') : indicators.map(({ name }) => name).join(', ');
