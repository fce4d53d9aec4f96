import { type RefObject, useCallback } from 'react';
import type { Shape } from '../api/places.ts';
import { type ChartOption, registerShapes } from './draw.ts';
import { Echart, type Exportable, type Ink, type Point } from './echart.tsx';

interface Area {
  id: number;
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
      const texts = new Map(drawnAreas.map(({ id, text }) => [String(id), text]));
      return {
        textStyle: { fontFamily: ink.font },
        tooltip: { confine: true, formatter: ({ name: id }: Point) => texts.get(id) ?? '' },
        series: [
          {
            type: 'map',
            map: name,
            // ECharts' own 0.75 suits Europe only.
            aspectScale: Math.cos((latitudeOf(shapes) * Math.PI) / 180),
            label: {
              show: drawnAreas.length <= 24,
              fontSize: 11,
              color: ink.text,
              textBorderColor: ink.panel,
              textBorderWidth: 2,
              formatter: ({ name: id }: Point) => (texts.get(id) ?? '').split(': ')[0],
            },
            itemStyle: { borderColor: ink.panel, borderWidth: 1.5 },
            emphasis: { label: { color: ink.text }, itemStyle: { areaColor: undefined, borderWidth: 3 } },
            select: { disabled: true },
            data: drawnAreas.map(({ id, colour }) => ({
              name: String(id),
              value: id,
              itemStyle: { areaColor: colour },
              emphasis: { itemStyle: { areaColor: colour } },
            })),
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

/** Of the first point of the first shape: near enough for how wide a degree looks. */
function latitudeOf(shapes: readonly Shape[]): number {
  const flat = JSON.stringify(shapes[0]?.geometry.coordinates ?? []).match(/-?\d+(\.\d+)?/g) ?? [];
  return Number(flat[1] ?? 0);
}
