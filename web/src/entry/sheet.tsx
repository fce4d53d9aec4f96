import { type ClipboardEvent, type KeyboardEvent, use, useLayoutEffect, useRef, useState } from 'react';
import { valueText, warningsOf } from '../ui/value-text.ts';
import { CellField } from './cell-field.tsx';
import { choicesOf, completed, nextChoice } from './choices.ts';
import { MayEnter } from './may-enter.ts';
import { isComputed, type SheetCell } from './sheet-cell.ts';
import type { Note } from './use-entry.ts';

interface SheetProps {
  label: string;
  /** What is written above the heads of the rows. */
  corner: string;
  columns: Head[];
  rowHeads: Head[];
  /** One list of cells a row, in the order of the columns. */
  rows: SheetCell[][];
  /** Many columns of short numbers. */
  narrow?: boolean;
  notes: ReadonlyMap<string, Note>;
  active: At;
  setActive: (at: At) => void;
  /** What stands in the field of the active cell; undefined while nothing is typed. */
  typed: string | undefined;
  setTyped: (text: string | undefined) => void;
  /** Calculated cells that somebody chose to write over. */
  overridden: ReadonlySet<string>;
  onBegin: (cell: SheetCell) => void;
  onSave: (cell: SheetCell, text: string) => void;
  onClear: (cell: SheetCell) => void;
  onPaste: (block: Pasted) => void;
  onUndo: () => void;
  onTrace: () => void;
}

export interface Pasted {
  cells: { target: SheetCell; text: string }[];
  /** How many lie where the sheet has no cell, and how many on calculated ones. */
  beyond: number;
  calculated: number;
}

export interface Head {
  key: string | number;
  text: string;
  title: string;
  /** Where less is expected, as on Sundays. */
  quiet?: boolean;
}

export interface At {
  row: number;
  column: number;
}

/**
 * A sheet as spreadsheets have it: arrows and Tab move, typing or Enter begins, Enter saves, Esc takes back; Space asks
 * whence. A finger has no keys: its tap begins.
 */
export function Sheet(props: SheetProps) {
  const { rows, columns, active, setActive, typed, setTyped, overridden } = props;
  const mayEnter = use(MayEnter);
  /** The cell that keys were tried on in vain. */
  const [refusing, setRefusing] = useState<string>();
  // Where a row of Tabs began: Enter after it leads below that.
  const tabbedFrom = useRef<number>(undefined);
  const box = useRef<HTMLTableElement>(null);
  const wantsFocus = useRef(false);
  // Safari's clicks do not say what made them.
  const pointer = useRef('mouse');
  const current = rows[active.row]?.[active.column];

  const enter = (at: At) => {
    setActive(at);
    setRefusing(undefined);
    tabbedFrom.current = undefined;
  };

  const go = (row: number, column: number) => {
    const at = {
      row: Math.min(Math.max(row, 0), rows.length - 1),
      column: Math.min(Math.max(column, 0), columns.length - 1),
    };
    enter(at);
    setTyped(undefined);
    wantsFocus.current = true;
  };
  // Only when the field is gone: while it stands, its leaving would save a second time, and the cell it stands in cannot
  // have the focus back.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-at="${active.row}:${active.column}"]`)?.focus();
  });
  const write = (what: (cell: SheetCell) => void) => {
    if (current === undefined || !mayEnter) return;
    if (isReadOnly(current, overridden)) setRefusing(current.key);
    else what(current);
  };
  const begin = (text?: string) =>
    write((cell) => {
      props.onBegin(cell);
      setTyped(text ?? startText(cell, props.notes));
    });
  const choices = current === undefined ? [] : choicesOf(current.indicator);
  const save = (text = typed === undefined ? undefined : completed(typed, choices)) => {
    if (current !== undefined && !isUnchanged(current, text, props.notes)) props.onSave(current, text!);
  };
  const finish = (row: number, column: number) => {
    save();
    go(row, column);
  };
  const tab = (to: number) => {
    const from = tabbedFrom.current ?? active.column;
    finish(active.row, to);
    tabbedFrom.current = from;
  };
  const takeBack = () => {
    const from = tabbedFrom.current;
    go(active.row, active.column);
    tabbedFrom.current = from;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // A word that is still being put together has the keys.
    if (event.nativeEvent.isComposing) return;
    const { row, column } = active;
    const step = event.shiftKey ? -1 : 1;
    if (typed !== undefined) {
      const keys: Record<string, () => void> = {
        Enter: () => finish(row + step, tabbedFrom.current ?? column),
        Tab: () => tab(column + step),
        // Where there are choices the arrows go along them.
        ArrowDown: () => (choices.length > 0 ? setTyped(nextChoice(typed, choices, 1)) : finish(row + 1, column)),
        ArrowUp: () => (choices.length > 0 ? setTyped(nextChoice(typed, choices, -1)) : finish(row - 1, column)),
        Escape: takeBack,
      };
      return act(event, keys[event.key]);
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') return act(event, props.onUndo);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isAtEdge = step > 0 ? column === columns.length - 1 : column === 0;
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => go(row + 1, column),
      ArrowUp: () => go(row - 1, column),
      ArrowLeft: () => go(row, column - 1),
      ArrowRight: () => go(row, column + 1),
      Home: () => go(row, 0),
      End: () => go(row, columns.length - 1),
      PageDown: () => go(row + 15, column),
      PageUp: () => go(row - 15, column),
      // At the edge Tab leaves the sheet, so that nobody is caught in it.
      Tab: isAtEdge ? undefined : () => tab(column + step),
      Enter: () => begin(),
      F2: () => begin(),
      ' ': props.onTrace,
      Delete: () => write(props.onClear),
      Backspace: () => write(props.onClear),
    };
    act(event, keys[event.key] ?? (event.key.length === 1 ? () => begin(event.key) : undefined));
  };

  const onPaste = (event: ClipboardEvent) => {
    if (typed !== undefined || !mayEnter) return;
    event.preventDefault();
    const lines = event.clipboardData
      .getData('text/plain')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/);
    const given = lines.flatMap((line, down) =>
      line.split('\t').flatMap((text, right) => {
        const target = rows[active.row + down]?.[active.column + right];
        return text.trim() === '' ? [] : [{ target, text }];
      }),
    );
    const inside = given.flatMap(({ target, text }) => (target === undefined ? [] : [{ target, text }]));
    const cells = inside.filter(({ target }) => !isReadOnly(target, overridden));
    if (given.length === 1 && cells.length === 0) write(() => undefined);
    else if (given.length > 0) {
      const [beyond, calculated] = [given.length - inside.length, inside.length - cells.length];
      props.onPaste({ cells, beyond, calculated });
    }
  };

  return (
    <div className={props.narrow ? 'sheet sheet-narrow' : 'sheet'} onPaste={onPaste}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the WAI-ARIA grid pattern over a table's own layout.
        role="grid"
        ref={box}
        aria-label={props.label}
        aria-readonly={!mayEnter}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        onKeyDown={onKeyDown}
        onPointerDown={({ pointerType }) => {
          pointer.current = pointerType;
        }}
      >
        <thead>
          <tr>
            <th scope="col">{props.corner}</th>
            {columns.map(({ key, text, title, quiet }) => (
              <th scope="col" key={key} title={title} data-quiet={quiet || undefined}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={props.rowHeads[row]?.key}>
              <th scope="row" title={props.rowHeads[row]?.title}>
                {props.rowHeads[row]?.text}
              </th>
              {cells.map((cell, column) => {
                const isActive = row === active.row && column === active.column;
                return (
                  <SheetCellView
                    key={cell.key}
                    at={`${row}:${column}`}
                    cell={cell}
                    note={props.notes.get(cell.key)}
                    isActive={isActive}
                    isQuiet={columns[column]?.quiet === true}
                    isReadOnly={isReadOnly(cell, overridden)}
                    typed={isActive ? typed : undefined}
                    setTyped={setTyped}
                    isRefusing={isActive && refusing === cell.key}
                    onFocus={() => (isActive ? undefined : enter({ row, column }))}
                    onOpen={() => begin()}
                    onTap={() => {
                      if (pointer.current !== 'mouse' && mayEnter && !isReadOnly(cell, overridden)) begin();
                    }}
                    onPick={(text) => {
                      save(text);
                      go(row, column);
                    }}
                    onLeave={() => {
                      if (typed === undefined) return;
                      setTyped(undefined);
                      save();
                    }}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function act(event: KeyboardEvent, what: (() => void) | undefined): void {
  if (what === undefined) return;
  event.preventDefault();
  what();
}

interface ViewProps {
  at: string;
  cell: SheetCell;
  note: Note | undefined;
  isActive: boolean;
  isQuiet: boolean;
  isReadOnly: boolean;
  isRefusing: boolean;
  typed: string | undefined;
  setTyped: (text: string) => void;
  onFocus: () => void;
  onOpen: () => void;
  /** A click of whatever kind, which has given the cell the focus already. */
  onTap: () => void;
  onPick: (text: string) => void;
  onLeave: () => void;
}

function SheetCellView({ cell, note, isActive, isQuiet, isReadOnly: readOnly, typed, setTyped, ...more }: ViewProps) {
  if (typed !== undefined) return <CellField cell={cell} typed={typed} setTyped={setTyped} {...more} />;
  const isPending = note !== undefined && note.state !== 'saved';
  const shown = isPending ? note.text : valueText(cell.cell?.value ?? null, cell.indicator);
  const said = [
    ...(readOnly ? ['calculated'] : []),
    ...warningsOf(cell.cell?.flags),
    ...(note === undefined ? [] : [note.message || note.state]),
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the sheet around it listens to the keys.
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the WAI-ARIA grid pattern over a table's own layout.
      role="gridcell"
      data-at={more.at}
      data-state={note?.state}
      data-computed={isComputed(cell) || undefined}
      data-quiet={isQuiet || undefined}
      data-warned={warningsOf(cell.cell?.flags).length > 0 || undefined}
      aria-readonly={readOnly}
      aria-selected={isActive}
      tabIndex={isActive ? 0 : -1}
      title={said.join('; ') || undefined}
      onFocus={more.onFocus}
      onClick={more.onTap}
      onDoubleClick={more.onOpen}
    >
      {shown === '–' ? <span className="sheet-empty">–</span> : shown}
      {said.length > 0 && <span className="visually-hidden">, {said.join(', ')}</span>}
      {readOnly && more.isRefusing && (
        <span className="sheet-hint" role="status">
          calculated: “Write over it” below lets you type here
        </span>
      )}
    </td>
  );
}

const isReadOnly = (cell: SheetCell, overridden: ReadonlySet<string>): boolean =>
  isComputed(cell) && !overridden.has(cell.key);

/** What was not saved may be sent again as it is; what somebody else was quicker with is decided below the sheet. */
export function isUnchanged(cell: SheetCell, typed: string | undefined, notes: ReadonlyMap<string, Note>): boolean {
  if (typed === undefined) return true;
  return typed === startText(cell, notes) && notes.get(cell.key)?.state !== 'refused';
}

/** What stands in the field when a change begins: what was typed and not taken, else the value in full. */
function startText(target: SheetCell, notes: ReadonlyMap<string, Note>): string {
  const note = notes.get(target.key);
  if (note !== undefined && note.state !== 'saved' && note.state !== 'saving') return note.text;
  const value = target.cell?.value ?? null;
  if (value === null) return '';
  return target.indicator.data_format === 'class' || target.indicator.data_format === 'bool'
    ? valueText(value, target.indicator)
    : String(value);
}
