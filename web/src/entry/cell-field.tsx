import { Popover } from '@mantine/core';
import { useId } from 'react';
import { checkText } from './check-text.ts';
import { choicesOf, completed } from './choices.ts';
import type { SheetCell } from './sheet-cell.ts';

interface CellFieldProps {
  cell: SheetCell;
  typed: string;
  setTyped: (text: string) => void;
  onPick: (text: string) => void;
  onLeave: () => void;
}

/** The cell that is typed into: the field, what there is to choose from, and what speaks against what stands there. */
export function CellField({ cell, typed, setTyped, onPick, onLeave }: CellFieldProps) {
  const list = useId();
  const choices = choicesOf(cell.indicator);
  const meant = completed(typed, choices);
  const checked = checkText(meant, cell.indicator);
  const said = checked.error ?? checked.warning ?? readingOf(meant, checked.value, cell);
  const state = checked.error !== undefined ? 'refused' : checked.warning !== undefined ? 'unusual' : undefined;
  const chosen = choices.indexOf(meant);
  const combobox = {
    role: 'combobox',
    'aria-expanded': true,
    'aria-controls': list,
    ...(chosen < 0 ? {} : { 'aria-activedescendant': `${list}-${chosen}` }),
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the WAI-ARIA grid pattern over a table's own layout.
    <td role="gridcell" data-state={state} aria-selected tabIndex={-1}>
      <Popover
        opened={choices.length > 0}
        withRoles={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        position="bottom-end"
        offset={3}
        shadow="sm"
        transitionProps={{ duration: 0 }}
      >
        <Popover.Target>
          <input
            // biome-ignore lint/a11y/noAutofocus: editing begins by a key in this very cell.
            autoFocus
            aria-label={cell.name}
            aria-invalid={checked.error !== undefined}
            autoComplete="off"
            inputMode={keysFor(cell)}
            enterKeyHint="done"
            {...(choices.length > 0 ? combobox : {})}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={onLeave}
          />
        </Popover.Target>
        <Popover.Dropdown p={4}>
          <div role="listbox" id={list} aria-label={cell.name} className="cell-choices">
            {choices.map((one, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys.
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the choice.
              <div
                key={one}
                id={`${list}-${index}`}
                role="option"
                aria-selected={index === chosen}
                // The field keeps the focus: leaving it saves.
                onPointerDown={(event) => event.preventDefault()}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => onPick(one)}
              >
                {one}
              </div>
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
      {said !== undefined && (
        // The list says it where there is one.
        <span className={choices.length > 0 ? 'visually-hidden' : 'sheet-hint'} role="status">
          {said}
        </span>
      )}
    </td>
  );
}

/** How a number is read that is not written as programs write it: `1.200` and `1,200` of whole numbers are 1200. */
function readingOf(text: string, value: number | string | null, { indicator: { data_format: format } }: SheetCell) {
  if (typeof value !== 'number' || (format !== 'int' && format !== 'float')) return undefined;
  return Number(text) === value ? undefined : `read as ${value}`;
}

const words = new Set(['class', 'bool', 'date', 'date_int']);
/** The keys of a phone: digits, unless words are to be typed, or a minus, which the digits of some lack. */
const keysFor = ({ indicator: { data_format: format, min } }: SheetCell): 'text' | 'decimal' =>
  words.has(format) || (min !== null && min < 0) ? 'text' : 'decimal';
