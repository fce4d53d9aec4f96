import { type RefObject, useCallback } from 'react';
import type { Shape } from '../api/places.ts';
import { type ChartOption, registerShapes } from './draw.ts';
import { Echart, type Exportable, type Ink, type Point } from './echart.tsx';
import { aspectOf, extentOf, fitted } from './map-room.ts';
import { tooltipBox } from './tooltip-box.ts';

interface Area {
  id: number;
  name: string;
  text: string;
  colour: string;
}

interface MapDrawingProps {
  label: string;
  name: string;
  shapes: Shape[];
  areas: (ink: Ink) => Area[];
  onOpen: (id: number) => void;
  onTrace: (id: number) => void;
  drawn: RefObject<Exportable | null>;
}

export function MapDrawing({ label, name, shapes, areas, onOpen, onTrace, drawn }: MapDrawingProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name stands for the shapes.
  const option = useCallback(
    (ink: Ink): ChartOption => {
      registerShapes(name, shapes);
      const drawnAreas = areas(ink);
      const known = new Map(drawnAreas.map((area) => [String(area.id), area]));
      const extent = extentOf(shapes);
      const { scale, size } = fitted(extent, ink);
      const roomOf = new Map(shapes.map((shape) => [shape.location_id, roomIn(shape, aspectOf(extent) * scale)]));
      return {
        textStyle: { fontFamily: ink.font },
        tooltip: { confine: true, formatter: ({ name: id }: Point) => tooltipBox(known.get(id)?.text ?? '', []) },
        series: [
          {
            type: 'map',
            map: name,
            aspectScale: aspectOf(extent),
            layoutCenter: ['50%', '50%'],
            layoutSize: size,
            label: { fontSize: 11, formatter: ({ name: id }: Point) => known.get(id)?.name ?? '' },
            labelLayout: { hideOverlap: true },
            itemStyle: { borderColor: ink.panel, borderWidth: 1.5 },
            emphasis: { itemStyle: { areaColor: undefined, borderWidth: 3 } },
            select: { disabled: true },
            data: drawnAreas.map(({ id, colour }) => {
              const text = { ...textOn(colour, ink), ...labelIn(roomOf.get(id) ?? 0) };
              return {
                name: String(id),
                value: id,
                label: text,
                itemStyle: { areaColor: colour },
                emphasis: { label: text, itemStyle: { areaColor: colour } },
              };
            }),
          },
        ],
      };
    },
    [name, areas],
  );
  return (
    <Echart
      label={label}
      height={320}
      option={option}
      onClick={({ name: id }) => onTrace(Number(id))}
      onContextMenu={({ name: id }) => onOpen(Number(id))}
      drawn={drawn}
    />
  );
}

const roomIn = (shape: Shape, scale: number): number => {
  const { west, east } = extentOf([shape]);
  return (east - west) * scale;
};

/** Below this a cut name says nothing. */
const leastRoom = 34;
const labelIn = (room: number) =>
  room < leastRoom ? { show: false } : { show: true, width: room - 8, overflow: 'truncate' };

/** Light letters on what is dark, in either scheme; on what is no plain colour, the page's own. */
function textOn(colour: string, ink: Ink) {
  const channels = /^#(..)(..)(..)$/.exec(colour)?.slice(1);
  if (channels === undefined) return { color: ink.text };
  const [red = 0, green = 0, blue = 0] = channels.map((one) => Number.parseInt(one, 16) / 255);
  return { color: 0.3 * red + 0.59 * green + 0.11 * blue < 0.55 ? '#ffffff' : '#17211d' };
}
