import { Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { childPlacesQuery, type PlaceLine, parentsBelowQuery, placePathQuery, rootPlacesQuery } from '../api/places.ts';
import { sessionQuery } from '../api/session.ts';
import { Loaded } from '../ui/loaded.tsx';

interface TreeProps {
  selected: number | undefined;
  onSelect: (id: number) => void;
}

interface Line {
  place: PlaceLine;
  depth: number;
  /** Undefined: nothing lies below it. */
  isOpen: boolean | undefined;
}

/** The places the caller sees, a level at a time. One line is in the tab order; the arrow keys do the rest. */
export function PlaceTree(props: TreeProps) {
  const user = useQuery(sessionQuery).data?.user;
  const roots = useQuery(rootPlacesQuery(user));
  return <Loaded query={roots}>{(found) => <Lines roots={found} {...props} />}</Loaded>;
}

function Lines({ roots, selected, onSelect }: TreeProps & { roots: PlaceLine[] }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(roots.length === 1 ? [roots[0]!.id] : []));
  const [active, setActive] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const lines = useLines(roots, open);
  useOpenPath(selected, setOpen);
  const at = lines.findIndex(({ place }) => place.id === (active ?? selected));
  const current = Math.max(0, at);
  const toggle = (id: number, wanted: boolean) =>
    setOpen((before) => {
      const next = new Set(before);
      if (wanted) next.add(id);
      else next.delete(id);
      return next;
    });
  const go = (index: number) => {
    const line = lines[Math.min(Math.max(index, 0), lines.length - 1)];
    if (line === undefined) return;
    setActive(line.place.id);
    box.current?.querySelector<HTMLElement>(`[data-place="${line.place.id}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[current];
    if (line === undefined) return;
    const { place, isOpen } = line;
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      Home: () => go(0),
      End: () => go(lines.length - 1),
      ArrowRight: () => (isOpen === false ? toggle(place.id, true) : isOpen && go(current + 1)),
      ArrowLeft: () =>
        isOpen ? toggle(place.id, false) : go(lines.findIndex((one) => one.place.id === place.parent_location_id)),
      Enter: () => onSelect(place.id),
      ' ': () => onSelect(place.id),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="tree" role="tree" aria-label="Places" ref={box} onKeyDown={onKeyDown}>
      {lines.map(({ place, depth, isOpen }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it listens to the keys.
        <div
          key={place.id}
          role="treeitem"
          data-place={place.id}
          aria-level={depth + 1}
          aria-selected={place.id === selected}
          {...(isOpen === undefined ? {} : { 'aria-expanded': isOpen })}
          tabIndex={index === current ? 0 : -1}
          style={{ paddingInlineStart: 8 + depth * 18 }}
          onClick={() => {
            setActive(place.id);
            onSelect(place.id);
          }}
        >
          <Opener isOpen={isOpen} toggle={() => toggle(place.id, !isOpen)} />
          <Text span fz="sm" truncate flex={1}>
            {place.name}
          </Text>
          <Text span fz="xs" c="dimmed" style={{ flexShrink: 0 }}>
            {place.location_type__name}
          </Text>
        </div>
      ))}
    </div>
  );
}

function Opener({ isOpen, toggle }: { isOpen: boolean | undefined; toggle: () => void }) {
  const Sign = isOpen ? IconChevronDown : IconChevronRight;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a target for the pointer; the arrow keys do the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
    <span
      style={{ display: 'flex', width: 18, flexShrink: 0, visibility: isOpen === undefined ? 'hidden' : 'visible' }}
      onClick={(event) => {
        event.stopPropagation();
        toggle();
      }}
    >
      <Sign size={16} stroke={1.8} aria-hidden />
    </span>
  );
}

function useLines(roots: PlaceLine[], open: ReadonlySet<number>): Line[] {
  const ids = [...open];
  const children = useQueries({ queries: ids.map((id) => childPlacesQuery(id)) });
  const parents = useQueries({ queries: ids.map((id) => parentsBelowQuery(id)) });
  const childrenOf = new Map(ids.map((id, index) => [id, children[index]?.data]));
  const parentsOf = new Map(ids.map((id, index) => [id, parents[index]?.data]));
  const lines: Line[] = [];
  // A place that moves is for a moment in the lists of both its parents.
  const seen = new Set<number>();
  const walk = (places: readonly PlaceLine[], depth: number, hasBelow: (id: number) => boolean) => {
    for (const place of places) {
      if (seen.has(place.id)) continue;
      seen.add(place.id);
      const isOpen = open.has(place.id);
      const below = childrenOf.get(place.id);
      lines.push({ place, depth, isOpen: below?.length === 0 || !(isOpen || hasBelow(place.id)) ? undefined : isOpen });
      if (isOpen && below !== undefined) {
        walk(below, depth + 1, (id) => parentsOf.get(place.id)?.has(id) ?? false);
      }
    }
  };
  walk(roots, 0, () => true);
  return lines;
}

/** What an address or the search leads to is in sight. */
function useOpenPath(selected: number | undefined, setOpen: (change: (b: ReadonlySet<number>) => Set<number>) => void) {
  const path = useQuery({ ...placePathQuery(selected ?? 0), enabled: selected !== undefined }).data;
  useEffect(() => {
    const above = path?.slice(0, -1).map(({ id }) => id);
    if (above !== undefined && above.length > 0) setOpen((before) => new Set([...before, ...above]));
  }, [path, setOpen]);
}
