// Longer than most: rows, columns, cells and keys of one grid share one set of measures.
import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Row } from '../api/rows.ts';
import { isNumeric, type TableField } from '../api/table-schema.ts';
import { cellText } from './cell-text.ts';
import { GridHeader } from './grid-header.tsx';
import type { Rows } from './use-rows.ts';
import type { SortTerm } from './view-state.ts';

interface DataGridProps {
  fields: TableField[];
  rows: Rows;
  sort: SortTerm[];
  onSort: (column: string, beside: boolean) => void;
  onVisible: (range: { first: number; last: number }) => void;
  onOpen: (index: number) => void;
}

const features = tableFeatures({ columnSizingFeature, columnResizingFeature, columnVisibilityFeature });
const helper = createColumnHelper<typeof features, Row>();
const noRows: Row[] = [];
const rowHeight = 30;
const headHeight = 44;

/**
 * Only what is on the screen is in the document, rows and columns alike. One cell has the focus; arrows, Home, End and
 * the page keys move it, Enter opens its row (WAI-ARIA grid pattern).
 */
export function DataGrid({ fields, rows, sort, onSort, onVisible, onOpen }: DataGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const columns = useMemo(
    () =>
      helper.columns(
        fields.map((field) => helper.accessor((row) => row[field.name], { id: field.name, size: widthOf(field) })),
      ),
    [fields],
  );
  const table = useTable({ features, columns, data: noRows, columnResizeMode: 'onChange' });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const numberWidth = Math.max(44, String(rows.total ?? rows.known).length * 8 + 20);

  const lines = useVirtualizer({
    count: rows.known + (rows.more && rows.known > 0 ? 1 : 0),
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    scrollMargin: headHeight,
    overscan: 12,
  });
  const across = useVirtualizer({
    count: headers.length,
    horizontal: true,
    getScrollElement: () => box.current,
    estimateSize: (index) => headers[index]?.getSize() ?? 140,
    // It measures from the first column and with the scroll bar: beside them a column must be whole.
    scrollPaddingEnd: numberWidth + (box.current === null ? 0 : box.current.offsetWidth - box.current.clientWidth),
    overscan: 3,
  });
  const sizes = headers.map((header) => header.getSize()).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a resized column moves those after it.
  useEffect(() => across.measure(), [sizes]);

  const shown = lines.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => onVisible({ first, last }), [first, last, onVisible]);

  const focus = useCellFocus({
    rows: rows.known,
    columns: headers.length,
    onOpen,
    show: (row, column) => {
      lines.scrollToIndex(row);
      across.scrollToIndex(column);
    },
    box,
  });
  const seen = across.getVirtualItems();
  const width = numberWidth + across.getTotalSize();
  // Scrolled away, the cell is not in the document: then Tab reaches the grid itself, and the keys go on from that cell.
  const isFocusShown =
    shown.some(({ index }) => index === focus.at.row) && seen.some(({ index }) => index === focus.at.column);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot hold only the rows in view.
    <div
      ref={box}
      className="grid panel"
      role="grid"
      aria-label="Rows"
      aria-rowcount={(rows.total ?? -1) + (rows.total === undefined ? 0 : 1)}
      aria-colcount={headers.length + 1}
      aria-busy={rows.loading}
      tabIndex={isFocusShown ? -1 : 0}
      onKeyDown={focus.onKeyDown}
    >
      <div style={{ width, minWidth: '100%', height: lines.getTotalSize() + headHeight, position: 'relative' }}>
        {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above; its cells are what one focuses. */}
        <div className="grid-head" role="row" aria-rowindex={1} style={{ width }}>
          {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above. */}
          <span className="grid-cell" data-number role="columnheader" aria-label="Row" style={{ width: numberWidth }} />
          {seen.map((item) => (
            <GridHeader
              key={item.key}
              header={headers[item.index]!}
              field={fields.find(({ name }) => name === headers[item.index]?.column.id)!}
              index={item.index}
              left={numberWidth + item.start}
              sort={sort}
              onSort={onSort}
            />
          ))}
        </div>
        {shown.map((line) => {
          const row = rows.rowAt(line.index);
          return (
            // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above.
            <div
              key={line.key}
              className="grid-row"
              role="row"
              aria-rowindex={line.index + 2}
              style={{ width, transform: `translateY(${line.start}px)`, top: 0 }}
            >
              {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above. */}
              <span className="grid-cell" data-number role="rowheader" style={{ width: numberWidth }}>
                {line.index < rows.known ? line.index + 1 : '…'}
              </span>
              {/* Cells of a row that is still on its way stand there empty: one of them may have the focus. */}
              {line.index < rows.known &&
                seen.map((item) => {
                  const field = fields[item.index];
                  if (field === undefined) return null;
                  const text = cellText(row?.[field.name]);
                  return (
                    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above; tabIndex comes with focus.cell.
                    <span
                      key={item.key}
                      role="gridcell"
                      className={text === '' ? 'grid-cell grid-empty' : 'grid-cell'}
                      aria-colindex={item.index + 2}
                      data-numeric={isNumeric(field.type) || undefined}
                      title={text.length > 24 ? text : undefined}
                      style={{ left: numberWidth + item.start, width: item.size }}
                      onDoubleClick={() => onOpen(line.index)}
                      {...focus.cell(line.index, item.index)}
                    >
                      {row?.[field.name] === null ? '–' : text}
                    </span>
                  );
                })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function widthOf(field: TableField): number {
  const byType: Partial<Record<TableField['type'], number>> = {
    integer: 104,
    number: 116,
    boolean: 92,
    date: 112,
    datetime: 176,
  };
  return Math.min(320, Math.max(byType[field.type] ?? 168, field.name.length * 8 + 44));
}

interface FocusOptions {
  rows: number;
  columns: number;
  onOpen: (row: number) => void;
  show: (row: number, column: number) => void;
  box: React.RefObject<HTMLDivElement | null>;
}

/** One cell of the grid is in the tab order; keys move it, and bring it into view first. */
function useCellFocus({ rows, columns, onOpen, show, box }: FocusOptions) {
  const [at, setAt] = useState({ row: 0, column: 0 });
  // Where the focus is to go once that cell is in the document. Not `at`: drawing in between still has the old one.
  const wanted = useRef<Position>(undefined);
  useEffect(() => {
    const goal = wanted.current;
    if (goal === undefined) return;
    const cell = box.current?.querySelector<HTMLElement>(`[data-at="${goal.row}:${goal.column}"]`);
    if (cell == null) return;
    wanted.current = undefined;
    cell.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    if (target !== box.current && target.dataset.at === undefined) return;
    if (event.key === 'Enter') return onOpen(at.row);
    const step = steps[event.key]?.(at, { rows, columns, fast: event.ctrlKey || event.metaKey });
    if (step === undefined) return;
    event.preventDefault();
    const row = Math.min(Math.max(0, step.row), rows - 1);
    const column = Math.min(Math.max(0, step.column), columns - 1);
    const stays = row === at.row && column === at.column;
    if (!stays || target === box.current) wanted.current = { row, column };
    if (stays) return show(row, column);
    // The cell that has the focus may leave the document with its row; the grid holds the focus until the new one is there.
    box.current?.focus({ preventScroll: true });
    setAt({ row, column });
    show(row, column);
  };
  const cell = (row: number, column: number) => ({
    'data-at': `${row}:${column}`,
    tabIndex: row === at.row && column === at.column ? 0 : -1,
    onFocus: () => {
      if (row !== at.row || column !== at.column) setAt({ row, column });
    },
  });
  return { at, onKeyDown, cell };
}

interface Position {
  row: number;
  column: number;
}

const steps: Record<string, (at: Position, size: { rows: number; columns: number; fast: boolean }) => Position> = {
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  PageDown: ({ row, column }) => ({ row: row + 20, column }),
  PageUp: ({ row, column }) => ({ row: row - 20, column }),
  Home: ({ row }, { fast }) => ({ row: fast ? 0 : row, column: 0 }),
  End: ({ row }, { rows, columns, fast }) => ({ row: fast ? rows - 1 : row, column: columns - 1 }),
};
