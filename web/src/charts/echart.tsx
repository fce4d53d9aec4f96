import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { asPicture, type Key } from './as-picture.ts';
import { type ChartOption, type Drawn, draw, pngOf, svgOf } from './draw.ts';

/** Colours as the page has them now; charts cannot read variables themselves. */
export interface Ink {
  text: string;
  muted: string;
  line: string;
  panel: string;
  /** The page's letters by name: texts are measured outside of the page, where nothing is inherited. */
  font: string;
  /** Room for the picture, in CSS pixels. */
  width: number;
  height: number;
}

interface EchartProps {
  label: string;
  height: number | ((width: number) => number);
  option: (ink: Ink) => ChartOption;
  onClick?: (point: Point) => void;
  onContextMenu?: (point: Point) => void;
  drawn?: RefObject<Exportable | null>;
  /** Where it stands outside of the drawing; pictures have it in them. */
  legend?: (ink: Ink) => readonly Key[];
}

export interface Point {
  name: string;
  seriesIndex: number;
  dataIndex: number;
}

/** What an export needs of a chart on the page. */
export interface Exportable {
  svg(title: string): string;
  png(title: string): string;
}

/** Alone with what imports ECharts: the library loads with the first chart. */
export function Echart({ label, height, option, onClick, onContextMenu, drawn, legend }: EchartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Drawn>(null);
  const handlers = useRef({ onClick, onContextMenu });
  handlers.current = { onClick, onContextMenu };
  const scheme = useComputedColorScheme();
  const [width, setWidth] = useState(0);
  const tall = typeof height === 'number' ? height : height(width);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = draw(element);
    chart.current = made;
    made.on('click', (point) => {
      if (handlers.current.onClick === undefined) return;
      handlers.current.onClick(point as unknown as Point);
      // What the click opens lies over the chart. A finger never leaves it, and the same tap shows the tooltip.
      setTimeout(() => !made.isDisposed() && made.dispatchAction({ type: 'hideTip' }));
    });
    made.on('contextmenu', (point) => {
      (point as { event?: { event?: Event } }).event?.event?.preventDefault();
      handlers.current.onContextMenu?.(point as unknown as Point);
    });
    const watch = new ResizeObserver(() => {
      made.resize();
      setWidth(element.clientWidth);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours read from the page, width and height what fits.
  useEffect(() => {
    const element = box.current;
    if (element === null || chart.current === null) return;
    const ink = { ...inkOf(element), height: tall };
    chart.current.resize();
    const made = option(ink);
    chart.current.setOption({ animation: false, ...made }, { notMerge: true });
    if (drawn !== undefined) {
      const picture = (title: string) => asPicture(made, title, legend?.(ink) ?? [], ink, measureIn(ink.font));
      drawn.current = { svg: (title) => svgOf(picture(title)), png: (title) => pngOf(picture(title)) };
    }
  }, [option, scheme, width, tall]);
  // Isolated: a tooltip stays below whatever opens over the page.
  return <div ref={box} role="img" aria-label={label} style={{ height: tall, width: '100%', isolation: 'isolate' }} />;
}

function measureIn(font: string): (text: string) => number {
  const brush = document.createElement('canvas').getContext('2d');
  if (brush === null) return (text) => text.length * 7;
  brush.font = `12px ${font}`;
  return (text) => brush.measureText(text).width;
}

function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: style.color,
    muted: read('--muted'),
    line: read('--line-strong'),
    panel: read('--panel'),
    font: style.fontFamily,
    width: element.clientWidth,
    height: element.clientHeight,
  };
}
