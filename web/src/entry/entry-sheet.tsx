import { Alert, Button, Group, Kbd, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { LineageDrawer } from '../lineage/lineage-drawer.tsx';
import { lineagePath } from '../lineage/lineage-path.ts';
import { plural } from '../ui/format.ts';
import { toastProblem } from '../ui/toast.tsx';
import { valueText, warningsOf } from '../ui/value-text.ts';
import { type At, type Head, isComputed, Sheet } from './sheet.tsx';
import { type Note, type SheetCell, useEntry } from './use-entry.ts';

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
  const [overridden, setOverridden] = useState<ReadonlySet<string>>(new Set());
  const [traced, setTraced] = useState<string>();
  const current = rows[active.row]?.[active.column];
  const undo = () => void entry.undo().catch(toastProblem);
  const trace = () => current?.cell !== undefined && setTraced(lineagePath({ ...current.cell, ...current.period }));
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <SaveState notes={entry.notes} />
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          disabled={entry.undoLabel === undefined}
          onClick={undo}
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
        overridden={overridden}
        onBegin={entry.begin}
        onSave={(cell, text) => void entry.save(cell, text)}
        onClear={(cell) => void entry.clear(cell)}
        onPaste={(block) => void entry.paste(block)}
        onUndo={undo}
        onTrace={trace}
      />
      {current !== undefined && (
        <About
          target={current}
          isOverridden={overridden.has(current.key)}
          onOverride={() => setOverridden(new Set([...overridden, current.key]))}
          onTrace={trace}
        />
      )}
      <Attention
        notes={entry.notes}
        onConfirm={(note) => void entry.save(note.target, note.text, true)}
        onDrop={(note) => entry.forget(note.target.key)}
      />
      <LineageDrawer path={traced} onClose={() => setTraced(undefined)} />
    </Stack>
  );
}

function SaveState({ notes }: { notes: ReadonlyMap<string, Note> }) {
  const states = [...notes.values()].map(({ state }) => state);
  const saving = states.filter((state) => state === 'saving').length;
  const saved = states.filter((state) => state === 'saved').length;
  const open = states.length - saving - saved;
  const text =
    saving > 0
      ? `Saving ${plural(saving, 'value')} …`
      : open > 0
        ? `${plural(open, 'value')} not saved: see below`
        : saved > 0
          ? `${plural(saved, 'value')} saved`
          : 'Everything shown is saved';
  return (
    <Text fz="sm" role="status" {...(open > 0 ? { c: 'var(--ink-error)' } : { c: 'dimmed' })}>
      {open === 0 && saving === 0 && <IconCheck size={14} aria-hidden style={{ verticalAlign: -2 }} />} {text}
    </Text>
  );
}

interface AboutProps {
  target: SheetCell;
  isOverridden: boolean;
  onOverride: () => void;
  onTrace: () => void;
}

/** The cell one stands on: its value in full, what is to be known about it, and where it comes from. */
function About({ target, isOverridden, onOverride, onTrace }: AboutProps) {
  const { cell, indicator, name } = target;
  const computed = isComputed(target);
  const facts = [
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
        {computed && (
          <Button size="compact-sm" variant="default" disabled={isOverridden} onClick={onOverride}>
            {isOverridden ? 'Type to write over it' : 'Write over it'}
          </Button>
        )}
        <Button size="compact-sm" variant="light" disabled={cell === undefined} onClick={onTrace}>
          Where does this come from?{' '}
          <Kbd ml={6} fz={10} visibleFrom="sm" aria-hidden>
            Space
          </Kbd>
        </Button>
      </Group>
    </Group>
  );
}

interface AttentionProps {
  notes: ReadonlyMap<string, Note>;
  onConfirm: (note: Note) => void;
  onDrop: (note: Note) => void;
}

function Attention({ notes, onConfirm, onDrop }: AttentionProps) {
  const open = [...notes.values()].filter(({ state }) => state !== 'saved' && state !== 'saving');
  if (open.length === 0) return null;
  return (
    <Alert color="grain" title={`${plural(open.length, 'value')} not saved yet`}>
      <Stack gap={6}>
        {open.map((note) => (
          <Group key={note.target.key} justify="space-between" gap="sm">
            <Text fz="sm">
              <strong>
                {note.target.name}: {note.text || 'empty'}
              </strong>{' '}
              {note.message}
            </Text>
            <Group gap={6}>
              {note.state !== 'refused' && (
                <Button size="compact-sm" variant="default" onClick={() => onConfirm(note)}>
                  Save it all the same
                </Button>
              )}
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => onDrop(note)}>
                Forget it
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
