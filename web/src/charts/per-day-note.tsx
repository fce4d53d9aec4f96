import { Button, Group, Text } from '@mantine/core';
import type { ChartSpec, Grouping } from '../api/charts.ts';
import { plural } from '../ui/format.ts';
import type { ChartData } from './use-chart-data.ts';

interface PerDayNoteProps {
  spec: ChartSpec;
  data: ChartData;
  onRegroup: (grouping: Grouping) => void;
}

/** Per campaign there is nothing of what is collected per day, however much of it is stored. */
export function PerDayNote({ spec, data, onRegroup }: PerDayNoteProps) {
  const daily = data.indicators.filter(({ resource_name }) => resource_name === 'date');
  if (spec.group_by_time !== 'campaign' || daily.length === 0) return null;
  const names = daily.map(({ name }) => name).slice(0, 3);
  const what = daily.length > 3 ? plural(daily.length, 'indicator') : names.join(', ');
  return (
    <Group gap="sm" mb={6} role="status">
      <Text fz="sm">{what}: collected per day, so there are no values per campaign.</Text>
      <Button size="compact-sm" variant="default" onClick={() => onRegroup('month')}>
        Show per month
      </Button>
    </Group>
  );
}
