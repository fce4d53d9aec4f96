import type { ChartType } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { valueText } from '../ui/value-text.ts';
import type { Arranged } from './arrange.ts';
import type { ChartOption } from './draw.ts';
import type { Ink } from './echart.tsx';

/** Told apart by people who see colours differently; dark enough on white, light enough on the dark page. */
const palette = ['#2b8a74', '#d98e1f', '#4f7fc4', '#c2566b', '#8a6bbd', '#6f9a2c', '#b0703a', '#5aa7b5'];

/** Lines, columns, bars and pies of values. */
export function seriesOption(
  type: ChartType,
  { categories, series }: Arranged,
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined,
  ink: Ink,
): ChartOption {
  const first = indicatorOf(series[0]?.cells.find((cell) => cell !== undefined));
  const text = (value: unknown) => valueText(typeof value === 'number' ? value : null, first);
  const label = { color: ink.muted, fontSize: 11 };
  const many = series.length > 1;
  const common = {
    color: palette,
    textStyle: { color: ink.text, fontFamily: ink.font },
    tooltip: { trigger: type === 'pie' ? 'item' : 'axis', confine: true, valueFormatter: text },
  };
  if (type === 'pie') {
    const cells = series[0]?.cells ?? [];
    return {
      ...common,
      series: [
        {
          type: 'pie',
          radius: ['0%', '70%'],
          label: { color: ink.text, fontSize: 11 },
          itemStyle: { borderColor: ink.panel, borderWidth: 2 },
          data: categories.map((name, index) => ({ name, value: numberOf(cells[index]) })),
        },
      ],
    };
  }
  const isLying = type === 'bar';
  const names = {
    type: 'category',
    data: categories,
    inverse: isLying,
    axisLabel: { ...label, ...(isLying ? { width: 110, overflow: 'truncate' } : { hideOverlap: true }) },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
  };
  const numbers = {
    type: 'value',
    axisLabel: { ...label, formatter: text, hideOverlap: true },
    splitLine: { lineStyle: { color: ink.line, opacity: 0.5 } },
  };
  return {
    ...common,
    ...(many ? { legend: { type: 'scroll', bottom: 0, textStyle: { color: ink.text, fontSize: 11 } } } : {}),
    grid: { left: 8, right: 16, top: 12, bottom: many ? 34 : 8, containLabel: true },
    xAxis: isLying ? numbers : names,
    yAxis: isLying ? names : numbers,
    series: series.map(({ name, cells }) => ({
      name,
      type: type === 'line' ? 'line' : 'bar',
      ...(type === 'stacked_column' ? { stack: 'all' } : {}),
      ...(type === 'line' ? { symbolSize: 7, lineStyle: { width: 2.5 } } : { barMaxWidth: 46 }),
      connectNulls: false,
      data: cells.map(numberOf),
    })),
  };
}

const numberOf = (cell: Cell | undefined): number | null => (typeof cell?.value === 'number' ? cell.value : null);
