import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { percentText } from '../ui/number-text.ts';
import { measured } from '../ui/value-text.ts';
import type { ChartOption } from './draw.ts';
import type { Ink } from './echart.tsx';
import { palette } from './series-option.ts';
import { tooltipBox } from './tooltip-box.ts';

interface Slices {
  categories: string[];
  cells: readonly (Cell | undefined)[];
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined;
  /** What it is of: stands below, so that an export says it too. */
  about: string;
}

/** Names beside a pie need this much; else they are below it. */
const wide = 440;
const row = 19;
const rowsAtMost = 12;
const aboutRoom = 24;
const listRoom = (slices: number) => Math.min(slices, rowsAtMost) * row + 10;

export const pieHeight = (slices: number, width: number): number =>
  width > 0 && width < wide ? 220 + aboutRoom + listRoom(slices) : 300;

/** One series as slices. */
export function pieOption({ categories, cells, indicatorOf, about }: Slices, ink: Ink): ChartOption {
  const isWide = ink.width >= wide;
  const values = cells.map(sliceOf);
  const total = values.reduce((sum: number, value) => sum + (value ?? 0), 0);
  const shareText = (index: number) => percentText(total === 0 ? 0 : (values[index] ?? 0) / total);
  const amountOf = (index: number) => measured(cells[index]?.value ?? null, indicatorOf(cells[index]));
  const below = aboutRoom + (isWide ? 0 : listRoom(values.filter((value) => value !== null).length));
  const round = Math.min(ink.width, ink.height - below);
  const keys = categories.map((_, index) => String(index));
  return {
    color: palette,
    textStyle: { color: ink.text, fontFamily: ink.font },
    title: {
      text: about,
      left: 'center',
      bottom: 0,
      textStyle: { color: ink.muted, fontSize: 12, fontWeight: 'normal', width: ink.width - 20, overflow: 'truncate' },
    },
    tooltip: {
      trigger: 'item',
      confine: true,
      formatter: ({ dataIndex, color }: { dataIndex: number; color: unknown }) => {
        const value = `${amountOf(dataIndex)} (${shareText(dataIndex)})`;
        return tooltipBox(about, [{ colour: String(color), name: categories[dataIndex] ?? '', value }]);
      },
    },
    ...(isWide
      ? {}
      : {
          legend: {
            type: 'scroll',
            orient: 'vertical',
            left: 4,
            bottom: aboutRoom,
            height: below - aboutRoom - 4,
            itemGap: 5,
            itemHeight: 12,
            itemWidth: 14,
            selectedMode: false,
            // The number first: a long name may be cut.
            formatter: (key: string) => `${shareText(Number(key))}  ${categories[Number(key)]}`,
            textStyle: { color: ink.text, fontSize: 11, width: ink.width - 40, overflow: 'truncate' },
            data: keys.filter((_, index) => values[index] !== null),
          },
        }),
    series: [
      {
        type: 'pie',
        radius: (round / 2) * (isWide ? 0.7 : 0.92),
        center: [ink.width / 2, (ink.height - below) / 2],
        label: {
          show: isWide,
          color: ink.text,
          fontSize: 11,
          lineHeight: 14,
          width: Math.max(50, ink.width / 2 - 135),
          overflow: 'truncate',
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            `${categories[dataIndex]}\n${amountOf(dataIndex)} (${shareText(dataIndex)})`,
        },
        labelLine: { show: isWide, length: 10, length2: 10 },
        labelLayout: { hideOverlap: true },
        itemStyle: { borderColor: ink.panel, borderWidth: 2 },
        data: keys.map((name, index) => ({ name, value: values[index] })),
      },
    ],
  };
}

const sliceOf = (cell: Cell | undefined): number | null => {
  const value = typeof cell?.value === 'number' ? cell.value : null;
  return value !== null && value < 0 ? null : value;
};
