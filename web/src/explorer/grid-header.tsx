import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';

import { isNumeric, type TableField } from '../api/table-schema.ts';
import type { SortTerm } from './view-state.ts';

interface Resizable {
  getSize(): number;
  getResizeHandler(): (event: unknown) => void;
  column: { id: string; getIsResizing(): boolean; resetSize(): void };
}

interface GridHeaderProps {
  header: Resizable;
  field: TableField;
  index: number;
  left: number;
  sort: SortTerm[];
  onSort: (column: string, beside: boolean) => void;
}

export function GridHeader({ header, field, index, left, sort, onSort }: GridHeaderProps) {
  const term = sort.find(({ column }) => column === field.name);
  const sorted = term === undefined ? 'none' : term.descending ? 'descending' : 'ascending';
  const start = header.getResizeHandler();
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: part of a grid of divs; its button is focused.
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sorted}
      className="grid-column"
      style={{ left, width: header.getSize() }}
    >
      <button
        type="button"
        className="grid-title"
        data-numeric={isNumeric(field.type) || undefined}
        title={`${field.title ?? field.name}. Click to sort, with Shift to sort beside the present order.`}
        onClick={(event) => onSort(field.name, event.shiftKey)}
      >
        <b>
          {term !== undefined && (term.descending ? <IconArrowDown {...sign} /> : <IconArrowUp {...sign} />)}
          {field.name}
        </b>
        <small>
          {field.type}
          {term !== undefined && sort.length > 1 && ` · ${sort.indexOf(term) + 1}`}
        </small>
      </button>
      <span
        className="grid-handle"
        data-active={header.column.getIsResizing()}
        onMouseDown={start}
        onTouchStart={start}
        onDoubleClick={() => header.column.resetSize()}
        aria-hidden
      />
    </div>
  );
}

const sign = { size: 13, 'aria-hidden': true, style: { verticalAlign: '-1px', marginInlineEnd: 3 } } as const;
