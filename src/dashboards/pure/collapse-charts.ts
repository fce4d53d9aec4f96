/**
 * A dashboard is read with its charts in place and may be sent back like that: what has a uuid and a chart_json becomes
 * the uuid again.
 */
export function collapseCharts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(collapseCharts);
  if (typeof value !== 'object' || value === null) return value;
  const { uuid, chart_json: chart } = value as { uuid?: unknown; chart_json?: unknown };
  if (typeof uuid === 'string' && chart !== undefined) return uuid;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, collapseCharts(part)]));
}
