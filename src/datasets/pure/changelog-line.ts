import type { Mode, RowCounts } from '../dataset.ts';

/** One sentence of the changelog, in the order a reader asks: what came, from where, what it did. */
export function changelogLine(arrival: { fileName: string; mode: Mode; counts: RowCounts; note: string }): string {
  const { inserted, updated, unchanged, rejected } = arrival.counts;
  const parts = [
    arrival.mode === 'replace' ? `content replaced by ${rows(inserted)}` : `${rows(inserted)} added`,
    updated > 0 ? `${updated} updated` : '',
    unchanged > 0 ? `${unchanged} unchanged` : '',
    rejected > 0 ? `${rejected} rejected` : '',
  ].filter(Boolean);
  return [`${arrival.fileName}: ${parts.join(', ')}.`, arrival.note].filter(Boolean).join(' ');
}

const rows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;
