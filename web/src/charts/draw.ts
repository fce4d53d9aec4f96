import { BarChart, LineChart, MapChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, registerMap, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { Shape } from '../api/places.ts';

use([BarChart, LineChart, MapChart, PieChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent]);
use([LabelLayout, SVGRenderer, CanvasRenderer]);

export type ChartOption = EChartsCoreOption;
export type Drawn = ReturnType<typeof init>;

export const draw = (box: HTMLElement): Drawn => init(box, undefined, { renderer: 'svg' });

/** The shapes under a name for the map series; areas are called by the id of their place, which no two share. */
export function registerShapes(name: string, shapes: readonly Shape[]): void {
  registerMap(name, {
    type: 'FeatureCollection',
    features: shapes.map(({ location_id, geometry }) => ({
      type: 'Feature',
      properties: { name: String(location_id) },
      geometry,
    })),
  } as never);
}

interface Sized {
  option: ChartOption;
  width: number;
  height: number;
}

/** As a picture, twice as fine as the screen. */
export function pngOf({ option, ...size }: Sized): string {
  const chart = init(document.createElement('div'), undefined, { renderer: 'canvas', ...size });
  chart.setOption(option);
  const url = chart.getDataURL({ type: 'png', pixelRatio: 2 });
  chart.dispose();
  return url;
}

export function svgOf({ option, ...size }: Sized): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, ...size });
  chart.setOption(option);
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}
