import type { ChartOption } from './draw.ts';

export interface Key {
  label: string;
  colour: string;
}

/** Colours and room of the drawing on the page. */
interface Ground {
  text: string;
  panel: string;
  width: number;
  height: number;
}

interface Part {
  [name: string]: unknown;
}

const padding = 12;
const lineHeight = 20;
const keyRow = 20;
/** What stands beside a name in a legend: its sign and the gaps. */
const besideName = 48;

/**
 * The option of a chart as a picture that is read without its page: the title above, and all of the legend, which on the page
 * is scrolled or stands outside of the drawing. `key` is such a legend. `widthOf` measures a text.
 */
export function asPicture(
  option: ChartOption,
  title: string,
  key: readonly Key[],
  ink: Ground,
  widthOf: (text: string) => number,
) {
  const room = ink.width - 2 * padding;
  const lines = Math.max(1, Math.ceil((widthOf(title) * 1.5) / room));
  const head = padding + lines * lineHeight + 6;
  const legend = option.legend as Part | undefined;
  const series = partsOf(option.series);
  const below = legend === undefined ? 0 : legendExtra(legend, series, room, widthOf);
  const placed = placeKey(key, room, widthOf);
  const keyRoom = placed.length === 0 ? 0 : placed.at(-1)!.top + keyRow + 8;
  const height = head + ink.height + below + keyRoom;
  const name = {
    text: title,
    left: padding,
    top: padding,
    textStyle: { color: ink.text, fontSize: 16, lineHeight, width: room, overflow: 'break' },
  };
  const keys = placed.map(({ label, colour, left, top }) => ({
    text: `{sign|\u25a0} ${label}`,
    left,
    top: head + ink.height + top,
    padding: 0,
    textStyle: { color: ink.text, fontSize: 12, fontWeight: 'normal', rich: { sign: { color: colour, fontSize: 16 } } },
  }));
  return {
    width: ink.width,
    height,
    option: {
      ...option,
      animation: false,
      backgroundColor: ink.panel,
      title: [...partsOf(option.title), name, ...keys],
      ...(legend === undefined
        ? {}
        : {
            legend: {
              ...legend,
              type: 'plain',
              ...(typeof legend.height === 'number' ? { height: legend.height + below } : {}),
            },
          }),
      ...(option.grid === undefined
        ? {}
        : {
            grid: partsOf(option.grid).map((one) => ({
              ...one,
              top: Number(one.top) + head,
              ...(one.bottom === undefined ? {} : { bottom: Number(one.bottom) + below }),
            })),
          }),
      series: series.map((one) => ({ ...one, ...centreOf(one, head, ink) })),
    } as ChartOption,
  };
}

const partsOf = (parts: unknown): Part[] => (parts === undefined ? [] : Array.isArray(parts) ? parts : [parts as Part]);

function centreOf({ type, center }: Part, head: number, ink: Ground): Part {
  if (type === 'map') return { layoutCenter: [ink.width / 2, head + ink.height / 2] };
  if (type !== 'pie') return {};
  const [x, y] = center as [number, number];
  return { center: [x, y + head] };
}

/** How much taller a legend is where it does not scroll. */
function legendExtra(legend: Part, series: readonly Part[], room: number, widthOf: (text: string) => number): number {
  if (typeof legend.height === 'number') return Math.max(0, (legend.data as unknown[]).length * keyRow - legend.height);
  const names = [...new Set(series.map(({ name }) => String(name)))];
  const rows = placeKey(
    names.map((label) => ({ label, colour: '' })),
    room,
    widthOf,
  );
  return rows.at(-1)?.top ?? 0;
}

/** From left to right, then below. */
function placeKey(key: readonly Key[], room: number, widthOf: (text: string) => number) {
  let [left, top] = [padding, 0];
  return key.map((one) => {
    const width = widthOf(one.label) + besideName;
    if (left > padding && left + width > room + padding) [left, top] = [padding, top + keyRow];
    const at = { ...one, left, top };
    left += width;
    return at;
  });
}
