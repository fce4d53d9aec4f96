import { useComputedColorScheme } from '@mantine/core';
import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Histogram as Bins } from '../api/facets.ts';
import { count } from '../ui/format.ts';

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

interface HistogramProps {
  histogram: Bins;
  name: string;
  onRange: (low: number, high: number) => void;
}

/** The spread of a column of numbers. Alone in this file: the chart library loads when somebody opens a facet of one. */
export function Histogram({ histogram, name, onRange }: HistogramProps) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const range = useRef(onRange);
  range.current = onRange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours read from the page.
  useEffect(() => {
    if (box.current === null) return;
    const style = getComputedStyle(box.current);
    const chart = init(box.current, undefined, { renderer: 'svg', height: 84, width: 228 });
    const { bins } = histogram;
    chart.setOption({
      animation: false,
      grid: { left: 6, right: 6, top: 4, bottom: 16 },
      tooltip: {
        trigger: 'axis',
        confine: true,
        formatter: (points: { dataIndex: number }[]) => {
          const bin = bins[points[0]?.dataIndex ?? 0];
          return bin === undefined ? '' : `${short(bin.from)} to ${short(bin.to)}: ${count(bin.count)}`;
        },
      },
      xAxis: {
        type: 'category',
        data: bins.map(({ from }) => short(from)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: style.getPropertyValue('--line-strong') } },
        axisLabel: {
          fontSize: 10,
          color: style.getPropertyValue('--muted'),
          interval: Math.max(0, Math.floor(bins.length / 2) - 1),
        },
      },
      yAxis: { type: 'value', show: false },
      series: [
        {
          type: 'bar',
          data: bins.map((bin) => bin.count),
          barCategoryGap: '8%',
          itemStyle: { color: style.getPropertyValue('--mantine-color-leaf-5') },
        },
      ],
    });
    chart.on('click', ({ dataIndex }) => {
      const bin = bins[dataIndex as number];
      if (bin !== undefined) range.current(bin.from, bin.to);
    });
    return () => chart.dispose();
  }, [histogram, scheme]);
  const { bins } = histogram;
  const label = `Spread of ${name} from ${short(bins[0]?.from ?? 0)} to ${short(bins.at(-1)?.to ?? 0)}`;
  return <div ref={box} role="img" aria-label={label} style={{ height: 84 }} />;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
