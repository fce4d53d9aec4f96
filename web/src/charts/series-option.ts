import type { ChartType } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { day } from '../ui/format.ts';
import { measured } from '../ui/value-text.ts';
import type { ChartOption } from './draw.ts';
import type { Ink } from './echart.tsx';
import { layOut, leastRoom, roomOf } from './lay-out.ts';
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
  isOfPeriods: boolean;
}

/** Lines, columns and bars of values. */
export function seriesOption(type: ChartType, drawn: Drawn, ink: Ink): ChartOption {
  const { categories, days, series, indicatorOf, isOfPeriods } = drawn;
  const axes = axesOf(series, indicatorOf);
  const amounts = { categories: categories.length, series: series.length, units: axes.length, isOfPeriods };
  const { isLying, isSplit } = layOut(type, amounts, ink.width);
  const names = days === undefined ? nameAxis(categories, isLying, ink) : dayAxis(days, isLying, ink);
  const hasLegend = new Set(series.map(({ name }) => name)).size > 1;
  const frame = isSplit ? belowEachOther(axes, names, hasLegend, ink) : together(axes, names, isLying, hasLegend, ink);
  return {
    color: palette,
    useUTC: true,
    textStyle: { color: ink.text, fontFamily: ink.font },
    tooltip: { trigger: 'axis', confine: true, formatter: (points: TooltipPoint[]) => tooltipOf(points) },
    ...(hasLegend ? { legend: { type: 'scroll', bottom: 0, textStyle: { color: ink.text, fontSize: 11 } } } : {}),
    ...frame,
    series: series.map(({ name, cells, unit }, index) => ({
      name,
      type: type === 'line' ? 'line' : 'bar',
      ...axisOf(axes.findIndex((axis) => axis.unit === unit)),
      ...(type === 'stacked_column' ? { stack: unit } : {}),
      ...(type === 'line'
        ? { symbolSize: 7, lineStyle: { width: 2.5, type: strokes[Math.floor(index / palette.length) % 3] } }
        : { barMaxWidth: 46, barMinWidth: 3 }),
      connectNulls: false,
      data: cells.map((cell, at) => withDay(days?.[at], numberOf(cell), isLying)),
    })),
  };

  function axisOf(index: number): object {
    if (isSplit) return { xAxisIndex: index, yAxisIndex: index };
    return isLying ? { xAxisIndex: index } : { yAxisIndex: index };
  }

  function tooltipOf(points: TooltipPoint[]): HTMLElement {
    const lines = points.flatMap(({ seriesIndex, dataIndex, color }) => {
      const cell = series[seriesIndex]?.cells[dataIndex];
      if (cell === undefined || cell.value === null) return [];
      const value = measured(cell.value, indicatorOf(cell));
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

/** All units around one picture. */
function together(axes: readonly UnitAxis[], names: NameAxis, isLying: boolean, hasLegend: boolean, ink: Ink): object {
  const numbers = axes.map((axis, index) => numberAxis(axis, index, axes.length, isLying, ink));
  const isNamed = axes.length > 1 || axes[0]?.measure !== '';
  const room = roomAround(axes.length, isNamed, isLying, hasLegend);
  const right = isLying ? room.right : Math.max(room.right, names.overhang);
  return {
    grid: { left: 8, containLabel: true, ...room, right },
    xAxis: isLying ? numbers : names.axis,
    yAxis: isLying ? names.axis : numbers,
  };
}

/** Each unit in a picture of its own, with one row of names below the last one; pointing at one tells of all. */
function belowEachOther(axes: readonly UnitAxis[], names: NameAxis, hasLegend: boolean, ink: Ink): object {
  const top = nameRoom + 8;
  const bottom = (hasLegend ? 34 : 8) + names.below;
  const each = (ink.height - top - bottom - (axes.length - 1) * top) / axes.length;
  // Side by side their pictures would begin at different places.
  const left = axes.some(({ unit }) => unit.startsWith('category')) ? 86 : 50;
  return {
    grid: axes.map((_, index) => ({
      left,
      right: Math.max(16, names.overhang),
      top: top + index * (each + top),
      height: each,
    })),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    xAxis: axes.map((_, gridIndex) => ({
      ...names.axis,
      gridIndex,
      ...(gridIndex < axes.length - 1 ? { axisLabel: { show: false } } : {}),
    })),
    yAxis: axes.map((axis, gridIndex) => ({
      ...numberAxis(axis, 0, 1, false, ink),
      gridIndex,
      splitNumber: 3,
      name: axis.name,
      nameGap: 10,
      nameTextStyle: { color: ink.muted, fontSize: 11, align: 'left', padding: [0, 0, 0, -left + 8] },
      nameTruncate: { maxWidth: ink.width - 30 },
    })),
  };
}

/** Labels find room by themselves; names of axes, axes beyond the second and the legend do not. */
function roomAround(axes: number, isNamed: boolean, isLying: boolean, hasLegend: boolean) {
  const names = isNamed ? nameRoom : 0;
  const further = Math.max(0, axes - 2) * axisRoom;
  return {
    top: 14 + (isLying && axes < 2 ? 0 : names) + (isLying ? further : Math.max(0, axes - 2) * nameLine),
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
    ...(of > 1 || axis.measure !== '' ? nameOf(axis, index, of, isLying, ink) : {}),
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
function nameOf({ name: full, measure }: UnitAxis, index: number, of: number, isLying: boolean, ink: Ink): object {
  const style = { color: ink.muted, fontSize: 11 };
  const name = of > 1 ? full : measure;
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

interface NameAxis {
  axis: object;
  /** How far the last label reaches over the end of the axis, and how far labels reach below it. */
  overhang: number;
  below: number;
}

function nameAxis(categories: string[], isLying: boolean, ink: Ink): NameAxis {
  const { below, overhang, ...label } = nameLabel(categories, isLying, ink);
  const axis = {
    type: 'category',
    data: categories,
    inverse: isLying,
    axisLabel: { color: ink.muted, fontSize: 11, ...label },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
    // A name that is cut is shown whole by pointing at it.
    tooltip: { show: true, confine: true, formatter: ({ name }: { name: string }) => tooltipBox(name, []) },
  };
  return { axis, overhang, below };
}

/** At most, of the size that labels have. */
const letterWidth = 6.8;

/** In lines below each other where there is room for words, askew where there is less, else some of them. */
function nameLabel(categories: string[], isLying: boolean, ink: Ink) {
  if (isLying) {
    const width = Math.min(170, Math.max(90, ink.width * 0.3));
    // A bar without a name is nobody's.
    const each = ink.height / Math.max(categories.length, 1) >= 13 ? { interval: 0 } : {};
    return { width, overflow: 'truncate', ...each, overhang: 0, below: 0 };
  }
  const room = roomOf(ink.width, categories.length);
  const longest = Math.max(...categories.map((name) => name.length)) * letterWidth;
  if (room >= longest + 4) return { interval: 0, overhang: 0, below: 26 };
  if (room >= 52) {
    const lines = Math.min(4, Math.ceil(longest / (room - 6)) + 1);
    return { interval: 0, width: room - 6, overflow: 'break', lineHeight: 14, overhang: 0, below: 12 + lines * 14 };
  }
  if (room >= leastRoom) {
    const below = 20 + Math.min(100, longest) * 0.65;
    return { interval: 0, rotate: 40, width: 100, overflow: 'truncate', overhang: 0, below };
  }
  return { hideOverlap: true, overhang: longest / 2 - room / 2 + 4, below: 26 };
}

function dayAxis(days: readonly string[], isLying: boolean, ink: Ink): NameAxis {
  const customValues = dayTicks(days, Math.floor((isLying ? ink.height - 40 : ink.width - 90) / (isLying ? 28 : 92)));
  const axis = {
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
  return { axis, overhang: 20, below: 26 };
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

const numberOf = (cell: Cell | undefined): number | null => (typeof cell?.value === 'number' ? cell.value : null);
