import { type RefObject, useCallback } from 'react';
import type { Shape } from '../api/places.ts';
import type { Key } from './as-picture.ts';
import { type ChartOption, registerShapes } from './draw.ts';
import { Echart, type Exportable, type Ink, type Point } from './echart.tsx';
import { aspectOf, extentOf, fitted } from './map-room.ts';
import { tooltipBox } from './tooltip-box.ts';

interface Area {
  id: number;
  name: string;
  text: string;
  /** What is worth a look about its value. */
  warnings: string[];
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
  legend: (ink: Ink) => readonly Key[];
}

export function MapDrawing({ label, name, shapes, areas, onOpen, onTrace, drawn, legend }: MapDrawingProps) {
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
        tooltip: {
          confine: true,
          formatter: ({ name: id }: Point) => tooltipBox(known.get(id)?.text ?? '', [], known.get(id)?.warnings),
        },
        series: [
          {
            type: 'map',
            map: name,
            aspectScale: aspectOf(extent),
            layoutCenter: ['50%', '50%'],
            layoutSize: size,
            label: { fontSize: 11, formatter: ({ name: id }: Point) => labelOf(known.get(id)) },
            labelLayout: { hideOverlap: true },
            itemStyle: { borderColor: ink.panel, borderWidth: 1.5 },
            emphasis: { itemStyle: { areaColor: undefined, borderWidth: 3 } },
            select: { disabled: true },
            data: drawnAreas.map(({ id, colour }) => {
              const text = { ...onAnyColour, ...labelIn(roomOf.get(id) ?? 0) };
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
      legend={legend}
    />
  );
}

/** Marked as in tables. */
const labelOf = (area: Area | undefined) =>
  area === undefined ? '' : `${area.warnings.length > 0 ? '* ' : ''}${area.name}`;

const roomIn = (shape: Shape, scale: number): number => {
  const { west, east } = extentOf([shape]);
  return (east - west) * scale;
};

/** Below this a cut name says nothing. */
const leastRoom = 34;
const labelIn = (room: number) =>
  room < leastRoom ? { show: false } : { show: true, width: room - 8, overflow: 'truncate' };

/** A long name reaches over the neighbours, dark or light: dark letters in a light edge are read on all of them. */
const onAnyColour = { color: '#17211d', textBorderColor: '#ffffff', textBorderWidth: 2.5 };
