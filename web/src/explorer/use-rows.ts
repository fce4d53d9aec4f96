import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { pageSize, type Row, rowPageQuery } from '../api/rows.ts';

export interface Rows {
  /** Rows that can be scrolled to now, and whether more follow. */
  known: number;
  more: boolean;
  /** All rows of the view, once the server has counted. */
  total: number | undefined;
  rowAt(index: number): Row | undefined;
  error: unknown;
  loading: boolean;
  retry(): void;
}

/**
 * The rows of a view by position. Pages hang together by cursors: the one at `index` can be asked for once the one
 * before has named it. Only pages on the screen are held by us, the rest is the cache's, so a walk through a million
 * rows stays small.
 */
export function useRows(
  datasetId: string,
  revision: number | undefined,
  query: Record<string, string>,
  visible: { first: number; last: number },
): Rows {
  const queries = useQueryClient();
  const view = JSON.stringify([datasetId, revision, query]);
  const trail = useTrail(view);
  const first = Math.max(0, Math.floor(visible.first / pageSize));
  // The page after is asked for before its first row is in sight.
  const last = Math.min(Math.floor((visible.last + pageSize / 2) / pageSize), trail.cursors.length - 1);
  const shown = Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => Math.min(first, last) + index);
  const pages = useQueries({
    queries: shown.map((page) => rowPageQuery(datasetId, revision, query, trail.cursors[page])),
  });
  useEffect(() => {
    shown.forEach((page, index) => {
      const found = pages[index]?.data;
      if (found !== undefined) trail.add(page, found.next, found.items.length, found.count ?? undefined);
    });
  });
  const byPage = new Map(shown.map((page, index) => [page, pages[index]?.data]));
  return {
    known: trail.known,
    more: trail.more,
    total: trail.total,
    rowAt: (index) => byPage.get(Math.floor(index / pageSize))?.items[index % pageSize],
    error: pages.find((page) => page.error !== null)?.error ?? null,
    loading: pages.some((page) => page.isPending),
    retry: () => void queries.refetchQueries({ queryKey: ['rows', datasetId] }),
  };
}

interface Trail {
  view: string;
  /** The cursor of each page; the first page has none. */
  cursors: (string | undefined)[];
  known: number;
  more: boolean;
  total: number | undefined;
}

const start = (view: string): Trail => ({ view, cursors: [undefined], known: 0, more: true, total: undefined });

function useTrail(view: string) {
  const trail = useRef(start(view));
  const [, redraw] = useState(0);
  if (trail.current.view !== view) trail.current = start(view);
  const add = (page: number, next: string | null, rows: number, total: number | undefined) => {
    const now = trail.current;
    if (total !== undefined && now.total !== total) {
      now.total = total;
      redraw((count) => count + 1);
    }
    const known = page * pageSize + rows;
    if (page !== now.cursors.length - 1 || (now.known >= known && now.more === (next !== null))) return;
    now.known = Math.max(now.known, known);
    now.more = next !== null;
    if (next !== null) now.cursors.push(next);
    redraw((count) => count + 1);
  };
  return { ...trail.current, add };
}
