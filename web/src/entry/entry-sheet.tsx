import { Alert, Button, Group, Kbd, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowBackUp, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { use, useRef, useState } from 'react';
import { storedQuery } from '../api/values.ts';
import { LineageDrawer } from '../lineage/lineage-drawer.tsx';
import { SignInElsewhere } from '../ui/failure.tsx';
import { count, plural } from '../ui/format.ts';
import { useKeepTyped } from '../ui/use-keep-typed.tsx';
import { valueText, warningsOf } from '../ui/value-text.ts';
import { coordinatesOf, pathOf } from './cells-now.ts';
import { MayEnter } from './may-enter.ts';
import { type At, type Head, isUnchanged, type Pasted, Sheet } from './sheet.tsx';
import { isComputed, type SheetCell } from './sheet-cell.ts';
import { type Note, useEntry } from './use-entry.ts';

interface EntrySheetProps {
  corner: string;
  columns: Head[];
  rowHeads: Head[];
  rows: SheetCell[][];
  narrow?: boolean;
}

/** The sheet with what was saved, what was not, and the cell one stands on. */
export function EntrySheet({ rows, ...heads }: EntrySheetProps) {
  const entry = useEntry();
  const [active, setActive] = useState<At>({ row: 0, column: 0 });
  const [typed, setTyped] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const [overridden, setOverridden] = useState<ReadonlySet<string>>(new Set());
  const [traced, setTraced] = useState<string>();
  const [leftOut, setLeftOut] = useState<string>();
  const paste = (block: Pasted) => {
    setLeftOut(leftOutOf(block));
    if (block.cells.length > 0) entry.paste(block.cells);
  };
  const current = rows[active.row]?.[active.column];
  const trace = () => current !== undefined && setTraced(pathOf(current));
  const override = (cell: SheetCell) => {
    setOverridden(new Set([...overridden, cell.key]));
    // The button has done its work and is gone from the keys' way.
    box.current?.querySelector<HTMLElement>(`[data-at="${active.row}:${active.column}"]`)?.focus();
  };
  const { question } = useKeepTyped({
    isTyped: () => (current !== undefined && !isUnchanged(current, typed, entry.notes)) || entry.isOpen(),
    loses: ({ current: from, next }) =>
      from.pathname !== next.pathname || sheetOf(from.search) !== sheetOf(next.search),
    settled: entry.settled,
  });
  return (
    <Stack gap="xs" ref={box}>
      {question}
      <Group justify="space-between" gap="sm">
        <SaveState notes={entry.notes} isWaiting={entry.isWaiting} said={entry.said} />
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          disabled={entry.undoLabel === undefined}
          onClick={entry.undo}
        >
          {entry.undoLabel === undefined ? 'Undo' : `Undo ${entry.undoLabel}`}
        </Button>
      </Group>
      <Sheet
        label="Values"
        {...heads}
        rows={rows}
        notes={entry.notes}
        active={active}
        setActive={setActive}
        typed={typed}
        setTyped={setTyped}
        overridden={overridden}
        onBegin={entry.begin}
        onSave={entry.save}
        onClear={entry.clear}
        onPaste={paste}
        onUndo={entry.undo}
        onTrace={trace}
      />
      {leftOut !== undefined && (
        <Alert
          color="grain"
          role="alert"
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => setLeftOut(undefined)}
          title="Not all of it was pasted"
        >
          {leftOut}
        </Alert>
      )}
      {current !== undefined && (
        <About
          target={current}
          isOverridden={overridden.has(current.key)}
          onOverride={() => override(current)}
          onTakeBack={() => entry.takeBack(current)}
          onTrace={trace}
        />
      )}
      <Attention
        notes={entry.notes}
        onConfirm={(note) => entry.save(note.target, note.text, true)}
        onDrop={(note) => entry.forget(note.target.key)}
      />
      <LineageDrawer path={traced} onClose={() => setTraced(undefined)} />
    </Stack>
  );
}

/** What of a pasted block went nowhere, if anything did. */
function leftOutOf({ cells, beyond, calculated }: Pasted): string | undefined {
  const left = beyond + calculated;
  if (left === 0) return undefined;
  const why = [
    ...(beyond > 0 ? [`${count(beyond)} beyond the last row or column`] : []),
    ...(calculated > 0 ? [`${count(calculated)} on calculated cells`] : []),
  ];
  return `${count(left)} of ${plural(left + cells.length, 'value')} found no place: ${why.join(', ')}.`;
}

/** What begins a new sheet when it changes. Other columns leave what was typed where it is, as long as there are some. */
function sheetOf({ indicators, ...rest }: { indicators?: string }): string {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  return JSON.stringify([given.sort(), Boolean(indicators)]);
}

interface SaveStateProps {
  notes: ReadonlyMap<string, Note>;
  isWaiting: boolean;
  said: string | undefined;
}

function SaveState({ notes, isWaiting, said }: SaveStateProps) {
  const states = [...notes.values()].map(({ state }) => state);
  const saving = states.filter((state) => state === 'saving').length;
  const saved = states.filter((state) => state === 'saved').length;
  const open = states.length - saving - saved;
  const text = isWaiting
    ? 'Waiting for the server, which takes no more for now …'
    : saving > 0
      ? `Saving ${plural(saving, 'value')} …`
      : open > 0
        ? `${plural(open, 'value')} not saved: see below`
        : (said ?? (saved > 0 ? `${plural(saved, 'value')} saved` : 'Everything shown is saved'));
  return (
    <Text fz="sm" role="status" {...(open > 0 ? { c: 'var(--ink-error)' } : { c: 'dimmed' })}>
      {open === 0 && saving === 0 && !isWaiting && <IconCheck size={14} aria-hidden style={{ verticalAlign: -2 }} />}{' '}
      {text}
    </Text>
  );
}

interface AboutProps {
  target: SheetCell;
  isOverridden: boolean;
  onOverride: () => void;
  onTakeBack: () => void;
  onTrace: () => void;
}

/** The cell one stands on: its value in full, what is to be known about it, and where it comes from. */
function About({ target, isOverridden, onOverride, onTakeBack, onTrace }: AboutProps) {
  const { cell, indicator, name } = target;
  const computed = isComputed(target);
  const mayEnter = use(MayEnter);
  const stored = useStored(target);
  const entry = stored?.entry;
  const facts = [
    ...(entry === undefined ? [] : [entry.value === null ? 'cleared by hand' : 'entered by hand']),
    ...(entry !== undefined && stored?.isBelow ? ['what a file says here does not count'] : []),
    ...(computed ? [cell?.is_calculated ? 'calculated from other indicators' : 'put together from places below'] : []),
    ...warningsOf(cell?.flags),
  ];
  return (
    <Group className="panel" px="sm" py={8} gap="sm" justify="space-between">
      <Text fz="sm">
        <strong>{name}:</strong> <span className="numbers">{valueText(cell?.value ?? null, indicator)}</span>
        {facts.length > 0 && <span style={{ color: 'var(--muted)' }}> · {facts.join(' · ')}</span>}
      </Text>
      <Group gap={6}>
        {computed && mayEnter && (
          <Button size="compact-sm" variant="default" disabled={isOverridden} onClick={onOverride}>
            {isOverridden ? 'Type to write over it' : 'Write over it'}
          </Button>
        )}
        {entry !== undefined && mayEnter && (
          <Button size="compact-sm" variant="default" onClick={onTakeBack}>
            {entry.value === null ? 'Take back that it was cleared' : 'Take back what was entered'}
          </Button>
        )}
        <Button size="compact-sm" variant="light" onClick={onTrace}>
          Where does this come from?{' '}
          <Kbd ml={6} fz={10} visibleFrom="sm" aria-hidden>
            Space
          </Kbd>
        </Button>
      </Group>
    </Group>
  );
}

/** What is stored in the cell one stands on; not asked for on the way to it. */
function useStored(target: SheetCell) {
  const [key] = useDebouncedValue(target.key, 200);
  return useQuery({ ...storedQuery(coordinatesOf(target)), enabled: key === target.key }).data;
}

interface AttentionProps {
  notes: ReadonlyMap<string, Note>;
  onConfirm: (note: Note) => void;
  onDrop: (note: Note) => void;
}

function Attention({ notes, onConfirm, onDrop }: AttentionProps) {
  const open = [...notes.values()].filter(({ state }) => state !== 'saved' && state !== 'saving');
  if (open.length === 0) return null;
  const unsent = open.flatMap(({ again }) => again ?? []);
  return (
    <Alert color="grain" title={`${plural(open.length, 'value')} not saved yet`}>
      <Stack gap={6}>
        {unsent.length > 1 && (
          <Group justify="flex-end">
            <Button size="compact-sm" variant="default" onClick={() => unsent.forEach((again) => void again())}>
              Try all {unsent.length} again
            </Button>
          </Group>
        )}
        {open.map((note) => (
          <Group key={note.target.key} justify="space-between" gap="sm">
            <Text fz="sm">
              <strong>
                {note.target.name}: {note.text || 'empty'}
              </strong>{' '}
              {note.message} {note.isSignedOut && <SignInElsewhere />}
            </Text>
            <Group gap={6}>
              {note.again !== undefined && (
                <Button size="compact-sm" variant="default" onClick={note.again}>
                  Try again
                </Button>
              )}
              {note.undoAnyway !== undefined && (
                <Button size="compact-sm" variant="default" onClick={note.undoAnyway}>
                  Undo it all the same
                </Button>
              )}
              {note.state !== 'refused' && note.undoAnyway === undefined && (
                <Button size="compact-sm" variant="default" onClick={() => onConfirm(note)}>
                  Save it all the same
                </Button>
              )}
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => onDrop(note)}>
                {note.state === 'overtaken' ? 'Keep theirs' : 'Forget it'}
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
