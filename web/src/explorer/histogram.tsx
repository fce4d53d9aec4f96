import { useComputedColorScheme } from '@mantine/core';
import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { count } from '../ui/format.ts';

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

interface HistogramProps {
  /** How many rows fall into each of equally wide classes from `low` to `high`. */
  counts: number[];
  low: number;
  high: number;
  name: string;
  onRange: (low: number, high: number) => void;
}

/** The spread of a column of numbers. Alone in this file: the chart library loads when somebody opens a facet of one. */
export function Histogram({ counts, low, high, name, onRange }: HistogramProps) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const range = useRef(onRange);
  range.current = onRange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours read from the page.
  useEffect(() => {
    if (box.current === null) return;
    const style = getComputedStyle(box.current);
    const chart = init(box.current, undefined, { renderer: 'svg', height: 84, width: 228 });
    const edge = (index: number) => low + ((high - low) / counts.length) * index;
    chart.setOption({
      animation: false,
      grid: { left: 6, right: 6, top: 4, bottom: 16 },
      tooltip: {
        trigger: 'axis',
        confine: true,
        formatter: (points: { dataIndex: number }[]) => {
          const at = points[0]?.dataIndex ?? 0;
          return `${short(edge(at))} to ${short(edge(at + 1))}: ${count(counts[at] ?? 0)}`;
        },
      },
      xAxis: {
        type: 'category',
        data: counts.map((_, index) => short(edge(index))),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: style.getPropertyValue('--line-strong') } },
        axisLabel: {
          fontSize: 10,
          color: style.getPropertyValue('--muted'),
          interval: Math.max(0, Math.floor(counts.length / 2) - 1),
        },
      },
      yAxis: { type: 'value', show: false },
      series: [
        {
          type: 'bar',
          data: counts,
          barCategoryGap: '8%',
          itemStyle: { color: style.getPropertyValue('--mantine-color-leaf-5') },
        },
      ],
    });
    chart.on('click', ({ dataIndex }) => {
      range.current(Number(short(edge(dataIndex as number))), Number(short(edge(Number(dataIndex) + 1))));
    });
    return () => chart.dispose();
  }, [counts, low, high, scheme]);
  const label = `Spread of ${name} from ${short(low)} to ${short(high)}`;
  return <div ref={box} role="img" aria-label={label} style={{ height: 84 }} />;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
