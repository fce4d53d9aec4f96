import { Text } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { PipelineStatus } from '../api/flows.ts';
import { FlowSign, stateWords } from './flow-state.tsx';
import { type GraphLayout, layoutPipelines, type Placed } from './layout-pipelines.ts';
import './flows.css';

export interface PipelineNode {
  id: string;
  /** After the flow's id; empty for the package. */
  name: string;
  title: string;
  dependencies: string[];
  state: PipelineStatus;
}

interface PipelineGraphProps {
  nodes: PipelineNode[];
  chosen?: string | undefined;
  onChoose?: (node: PipelineNode | undefined) => void;
}

const box = { width: 240, height: 52, gapX: 56, gapY: 12 };

const leftOf = (column: number): number => column * (box.width + box.gapX);

/** Short columns stand in the middle of the longest. */
const topOf = ({ column, row }: Placed<PipelineNode>, { columns, rows }: GraphLayout<PipelineNode>): number =>
  ((rows - columns[column]!) / 2 + row) * (box.height + box.gapY);

/**
 * Edges are drawn, nodes are buttons: one of them is in the tab order, the arrows move along columns and rows. What a colour says
 * stands there as a word too.
 */
export function PipelineGraph({ nodes, chosen, onChoose }: PipelineGraphProps) {
  const layout = layoutPipelines(nodes);
  const tops = new Map(layout.placed.map((place) => [place.node.id, { ...place, top: topOf(place, layout) }]));
  const [pointed, setPointed] = useState<string>();
  const [entry, setEntry] = useState<string>();
  const buttons = useRef(new Map<string, HTMLButtonElement>());
  const inTabOrder = chosen ?? entry ?? layout.placed[0]?.node.id;
  const width = leftOf(layout.columns.length) - box.gapX;
  const height = layout.rows * (box.height + box.gapY) - box.gapY;
  const marked = pointed ?? chosen;

  const move = (event: KeyboardEvent, from: string) => {
    const to = neighbour([...tops.values()], from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    setEntry(to);
    buttons.current.get(to)?.focus();
  };

  return (
    <div className="scroll-x pipelines" style={{ maxHeight: 560, overflow: 'auto' }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms. */}
      <div
        role="group"
        aria-label="Pipelines; arrow keys move between them"
        style={{ position: 'relative', width, height }}
      >
        <svg width={width} height={height} aria-hidden="true" style={{ position: 'absolute' }}>
          {layout.edges.map(({ from, to }) => (
            <path
              key={`${from} ${to}`}
              className="pipeline-edge"
              data-marked={from === marked || to === marked}
              d={curve(tops.get(from)!, tops.get(to)!)}
            />
          ))}
        </svg>
        {layout.placed.map(({ node }) => (
          <button
            key={node.id}
            type="button"
            className="pipeline-node"
            data-state={node.state.status}
            {...(onChoose === undefined ? {} : { 'aria-pressed': node.id === chosen })}
            tabIndex={node.id === inTabOrder ? 0 : -1}
            ref={(element) => {
              if (element === null) buttons.current.delete(node.id);
              else buttons.current.set(node.id, element);
            }}
            style={{
              left: leftOf(tops.get(node.id)!.column),
              top: tops.get(node.id)!.top,
              width: box.width,
              height: box.height,
            }}
            onClick={() => onChoose?.(node.id === chosen ? undefined : node)}
            onKeyDown={(event) => move(event, node.id)}
            onFocus={() => setEntry(node.id)}
            onPointerEnter={() => setPointed(node.id)}
            onPointerLeave={() => setPointed(undefined)}
          >
            <FlowSign state={node.state.status} />
            <span className="pipeline-words">
              <Text span fz="sm" fw={560} truncate>
                {node.title}
              </Text>
              <Text span fz="xs" c="dimmed" truncate>
                {[onChoose === undefined ? '' : stateWords(node.state.status), node.name].filter(Boolean).join(' · ')}
              </Text>
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

type At = Placed<PipelineNode> & { top: number };

function curve(from: At, to: At): string {
  const x1 = leftOf(from.column) + box.width;
  const y1 = from.top + box.height / 2;
  const x2 = leftOf(to.column);
  const y2 = to.top + box.height / 2;
  const bend = box.gapX / 2;
  // An edge over a column in between keeps to its own height until the last gap.
  return `M${x1} ${y1} H${x2 - box.gapX} C${x2 - bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Up and down in the column, left and right to the nearest in height. */
function neighbour(all: At[], id: string, key: string): string | undefined {
  const here = all.find(({ node }) => node.id === id)!;
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  if (step === undefined) return undefined;
  const column = all.filter((at) => at.column === here.column + step[0]!);
  if (step[1] !== 0) return column.find(({ row }) => row === here.row + step[1]!)?.node.id;
  return column.toSorted((a, b) => Math.abs(a.top - here.top) - Math.abs(b.top - here.top))[0]?.node.id;
}
