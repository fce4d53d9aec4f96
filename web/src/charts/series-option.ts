import type { ChartType } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { day } from '../ui/format.ts';
import { valueText } from '../ui/value-text.ts';
import type { ChartOption } from './draw.ts';
import type { Ink } from './echart.tsx';
import { tooltipBox } from './tooltip-box.ts';
import { axesOf, axisText, type DrawnSeries, type UnitAxis } from './units.ts';

/** Told apart by people who see colours differently; dark enough on white, light enough on the dark page. */
export const palette = [
  ...['#2b8a74', '#d98e1f', '#4f7fc4', '#c2566b', '#8a6bbd', '#6f9a2c', '#b0703a', '#5aa7b5'],
  ...['#7cc4ae', '#a8791b', '#8fb0e6', '#e08f9d', '#5f4a9c', '#a9c46a', '#7d5a3c', '#2f7f96'],
];
/** Where colours come again, their lines look otherwise. */
const strokes = ['solid', 'dashed', 'dotted'];

interface Drawn {
  categories: string[];
  /** Of each category, where the axis is one of days: it is drawn to scale then. */
  days: readonly string[] | undefined;
  series: readonly DrawnSeries[];
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined;
}

/** Lines, columns and bars of values. */
export function seriesOption(type: ChartType, { categories, days, series, indicatorOf }: Drawn, ink: Ink): ChartOption {
  const axes = axesOf(series, indicatorOf);
  const isLying = type === 'bar';
  const names = days === undefined ? nameAxis(categories, isLying, ink) : dayAxis(days, isLying, ink);
  const numbers = axes.map((axis, index) => numberAxis(axis, index, axes.length, isLying, ink));
  const hasLegend = new Set(series.map(({ name }) => name)).size > 1;
  return {
    color: palette,
    useUTC: true,
    textStyle: { color: ink.text, fontFamily: ink.font },
    tooltip: { trigger: 'axis', confine: true, formatter: (points: TooltipPoint[]) => tooltipOf(points) },
    ...(hasLegend ? { legend: { type: 'scroll', bottom: 0, textStyle: { color: ink.text, fontSize: 11 } } } : {}),
    grid: { left: 8, containLabel: true, ...roomAround(axes.length, isLying, hasLegend) },
    xAxis: isLying ? numbers : names,
    yAxis: isLying ? names : numbers,
    series: series.map(({ name, cells, unit }, index) => ({
      name,
      type: type === 'line' ? 'line' : 'bar',
      [isLying ? 'xAxisIndex' : 'yAxisIndex']: axes.findIndex((axis) => axis.unit === unit),
      ...(type === 'stacked_column' ? { stack: unit } : {}),
      ...(type === 'line'
        ? { symbolSize: 7, lineStyle: { width: 2.5, type: strokes[Math.floor(index / palette.length) % 3] } }
        : { barMaxWidth: 46, barMinWidth: 3 }),
      connectNulls: false,
      data: cells.map((cell, at) => withDay(days?.[at], numberOf(cell), isLying)),
    })),
  };

  function tooltipOf(points: TooltipPoint[]): HTMLElement {
    const lines = points.flatMap(({ seriesIndex, dataIndex, color }) => {
      const cell = series[seriesIndex]?.cells[dataIndex];
      if (cell === undefined || cell.value === null) return [];
      const value = valueText(cell.value, indicatorOf(cell));
      return [{ colour: String(color), name: series[seriesIndex]!.name, value, rank: numberOf(cell) ?? 0 }];
    });
    // Of many the largest are shown.
    if (lines.length > 12) lines.sort((a, b) => b.rank - a.rank);
    return tooltipBox(categories[points[0]?.dataIndex ?? 0] ?? '', lines);
  }
}

interface TooltipPoint {
  seriesIndex: number;
  dataIndex: number;
  color: unknown;
}

/** How far a third axis stands from the second. */
const axisRoom = 52;
const nameRoom = 20;
const nameLine = 14;

/** Labels find room by themselves; names of axes, axes beyond the second and the legend do not. */
function roomAround(axes: number, isLying: boolean, hasLegend: boolean) {
  const names = axes > 1 ? nameRoom : 0;
  const further = Math.max(0, axes - 2) * axisRoom;
  return {
    top: 14 + names + (isLying ? further : Math.max(0, axes - 2) * nameLine),
    right: 16 + (isLying ? 0 : further),
    bottom: (hasLegend ? 34 : 8) + (isLying ? names : 0),
  };
}

function numberAxis(axis: UnitAxis, index: number, of: number, isLying: boolean, ink: Ink): object {
  const sides = isLying ? ['bottom', 'top'] : ['left', 'right'];
  return {
    type: 'value',
    position: sides[Math.min(index, 1)],
    offset: Math.max(0, index - 1) * axisRoom,
    ...(of > 1 ? nameOf(axis, index, of, isLying, ink) : {}),
    ...(axis.unit.startsWith('category') ? { minInterval: 1 } : {}),
    axisLabel: {
      color: ink.muted,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => axisText(value, axis.indicators),
    },
    splitLine: { show: index === 0, lineStyle: { color: ink.line, opacity: 0.5 } },
  };
}

/** The first two share the line above the picture, further ones have a line each. */
function nameOf({ name }: UnitAxis, index: number, of: number, isLying: boolean, ink: Ink): object {
  const style = { color: ink.muted, fontSize: 11 };
  const maxWidth = Math.max(60, isLying ? ink.width - 60 : (ink.width - 60 - Math.max(0, of - 2) * axisRoom) / 2);
  const cut = { name, nameTruncate: { maxWidth } };
  return isLying
    ? { ...cut, nameLocation: 'middle', nameGap: 24, nameTextStyle: style }
    : {
        ...cut,
        nameGap: 15 + Math.max(0, index - 1) * nameLine,
        nameTextStyle: { ...style, align: index === 0 ? 'left' : 'right' },
      };
}

function nameAxis(categories: string[], isLying: boolean, ink: Ink): object {
  return {
    type: 'category',
    data: categories,
    inverse: isLying,
    axisLabel: { color: ink.muted, fontSize: 11, ...nameLabel(categories, isLying, ink) },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
    // A name that is cut is shown whole by pointing at it.
    tooltip: { show: true, confine: true, formatter: ({ name }: { name: string }) => tooltipBox(name, []) },
  };
}

/** At most, of the size that labels have. */
const letterWidth = 6.8;

/** In lines below each other where there is room for words, askew where there is less, else some of them. */
function nameLabel(categories: string[], isLying: boolean, ink: Ink): object {
  if (isLying) return { width: Math.min(170, Math.max(90, ink.width * 0.3)), overflow: 'truncate' };
  const room = (ink.width - 80) / Math.max(categories.length, 1);
  const longest = Math.max(...categories.map((name) => name.length)) * letterWidth;
  if (room >= longest + 4) return { interval: 0 };
  if (room >= 52) return { interval: 0, width: room - 6, overflow: 'break', lineHeight: 14 };
  if (room >= 16) return { interval: 0, rotate: 40, width: 100, overflow: 'truncate' };
  return { hideOverlap: true };
}

function dayAxis(days: readonly string[], isLying: boolean, ink: Ink): object {
  const customValues = dayTicks(days, Math.floor((isLying ? ink.height - 40 : ink.width - 90) / (isLying ? 28 : 92)));
  return {
    type: 'time',
    inverse: isLying,
    axisLabel: {
      color: ink.muted,
      fontSize: 11,
      hideOverlap: true,
      customValues,
      formatter: (at: number) => day(new Date(at).toISOString().slice(0, 10)),
    },
    axisTick: { customValues },
    axisLine: { lineStyle: { color: ink.line } },
  };
}

const aDay = 24 * 3600 * 1000;

/** As many whole days from the first to the last as there is room for, equally far from each other. */
function dayTicks(days: readonly string[], most: number): number[] {
  const times = days.map((one) => Date.parse(one)).sort((a, b) => a - b);
  const [first, last] = [times[0]!, times.at(-1)!];
  const step = Math.max(1, Math.ceil((last - first) / aDay / Math.max(most, 1))) * aDay;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

const withDay = (day: string | undefined, value: number | null, isLying: boolean) =>
  day === undefined ? value : isLying ? [value, day] : [day, value];

/** One series as slices. What it is of stands below, so that an export says it too. */
export function pieOption(
  { categories, series, indicatorOf }: Omit<Drawn, 'days'>,
  about: string,
  ink: Ink,
): ChartOption {
  const cells = series[0]?.cells ?? [];
  return {
    color: palette,
    textStyle: { color: ink.text, fontFamily: ink.font },
    title: {
      text: about,
      left: 'center',
      bottom: 0,
      textStyle: { color: ink.muted, fontSize: 12, fontWeight: 'normal' },
    },
    tooltip: {
      trigger: 'item',
      confine: true,
      formatter: ({ dataIndex, color, percent }: { dataIndex: number; color: unknown; percent: number }) => {
        const value = `${valueText(cells[dataIndex]?.value ?? null, indicatorOf(cells[dataIndex]))} (${percent}%)`;
        return tooltipBox(about, [{ colour: String(color), name: categories[dataIndex] ?? '', value }]);
      },
    },
    series: [
      {
        type: 'pie',
        radius: ['0%', '66%'],
        center: ['50%', '47%'],
        label: { color: ink.text, fontSize: 11, width: Math.max(50, ink.width / 2 - 135), overflow: 'truncate' },
        labelLine: { length: 10, length2: 10 },
        labelLayout: { hideOverlap: true },
        itemStyle: { borderColor: ink.panel, borderWidth: 2 },
        data: categories.map((name, index) => ({ name, value: sliceOf(cells[index]) })),
      },
    ],
  };
}

const sliceOf = (cell: Cell | undefined): number | null => {
  const value = numberOf(cell);
  return value !== null && value < 0 ? null : value;
};

const numberOf = (cell: Cell | undefined): number | null => (typeof cell?.value === 'number' ? cell.value : null);
