import { Text } from '@mantine/core';
import { count } from '../ui/format.ts';
import type { ChartData } from './use-chart-data.ts';

/** A chart that leaves values out says so. */
export function CutNote({ rows, cut }: ChartData) {
  if (cut === undefined) return null;
  const of = cut.total === null ? 'values' : `of ${count(cut.total)} values`;
  return (
    <Text fz="sm" role="status" mb={6}>
      <strong>Not all is shown:</strong> the first {count(rows.length)} {of}. Fewer places, fewer indicators or longer
      periods leave room for the rest.
    </Text>
  );
}
