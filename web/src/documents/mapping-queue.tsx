import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Code, type CodeFilter, type ContentType, codesQuery, type SourceDocument } from '../api/documents.ts';
import { Failure } from '../ui/failure.tsx';
import { plural } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Section } from '../ui/section.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { type May, useMay } from '../ui/use-may.ts';
import { CodeRow, type Opened } from './code-row.tsx';
import { AcceptSure, IgnoreFound } from './decide-many.tsx';
import { DecidedCodes } from './decided-codes.tsx';
import { useDecide } from './use-decide.ts';

/** What the file calls things that nobody has said the meaning of, what most cells wait for first. */
export function MappingQueue({ document }: { document: SourceDocument }) {
  const all = useInfiniteQuery(codesQuery(document.id, { isOpen: true }));
  return (
    <Section
      title="Codes"
      about="What the file calls things. Each is said once, and remembered for every file to come."
    >
      {all.data !== undefined ? (
        <Queue document={document} total={all.data.pages[0]?.meta.total_count ?? 0} />
      ) : all.error !== null ? (
        <Failure error={all.error} retry={() => void all.refetch()} />
      ) : (
        <Waiting />
      )}
    </Section>
  );
}

const someHidden =
  'Some codes are still to be decided, but none that you see: they, and what the file says of them, are for those who see all its places.';

/** Below this a glance is enough. */
const manyCodes = 8;

/** `total` are all that are open, whatever is looked for among them. */
function Queue({ document, total }: { document: SourceDocument; total: number }) {
  const may = useMay();
  const isAdmin = useIsAdmin();
  const [kind, setKind] = useState<ContentType | 'all'>('all');
  const [typed, setTyped] = useState('');
  const [words] = useDebouncedValue(typed.trim(), 180);
  const filter: CodeFilter = { isOpen: true, kind: kind === 'all' ? undefined : kind, words };
  const found = useInfiniteQuery(codesQuery(document.id, filter));
  const shown = found.data?.pages.flatMap(({ objects }) => objects) ?? [];
  const fitting = found.data?.pages[0]?.meta.total_count ?? 0;
  const isFresh = words === typed.trim() && !found.isPlaceholderData;
  // Of columns and campaigns only administrators say what they mean.
  const state = useRef<HTMLParagraphElement>(null);
  const isDone = total === 0;
  // Who sent it and administrators see all its codes; others only those of places they see.
  const hidesSome = document.state === 'mapping' && !may.change(document);
  const wasOpen = useRef(!isDone);
  // The last code takes the focus with it when it goes: whoever decided it stands on what is said of all.
  useEffect(() => {
    const own = state.current?.ownerDocument;
    if (isDone && wasOpen.current && own?.activeElement === own?.body) state.current?.focus();
    wasOpen.current = !isDone;
  }, [isDone]);
  const mayIgnore = isAdmin || (kind === 'location' && may.change(document));
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text fz="sm" role="status" ref={state} tabIndex={-1}>
          {isDone ? (
            <span style={{ color: 'var(--muted)' }}>{hidesSome ? someHidden : 'Every code is known.'}</span>
          ) : (
            <strong>{plural(total, 'code')} to decide</strong>
          )}
        </Text>
        <Group gap="xs">
          {total > 0 && <AcceptSure documentId={document.id} />}
          {fitting > 1 && isFresh && mayIgnore && (
            <IgnoreFound documentId={document.id} filter={filter} total={fitting} isAll={fitting === total} />
          )}
        </Group>
      </Group>
      {(total >= manyCodes || kind !== 'all' || typed !== '') && (
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label="Kind of code"
            value={kind}
            onChange={(next) => setKind(next as ContentType | 'all')}
            data={[
              { value: 'all', label: 'All' },
              { value: 'indicator', label: 'Columns' },
              { value: 'location', label: 'Places' },
              { value: 'campaign', label: 'Campaigns' },
            ]}
          />
          <TextInput
            size="xs"
            aria-label="Codes that contain"
            placeholder="Contains …"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </Group>
      )}
      {shown.some((code) => !may.decide(code, document)) && (
        <Text fz="sm" c="dimmed">
          Administrators say what columns and campaigns mean. Places nobody knows yet are said by whoever sent the file,
          others by those who look after them.
        </Text>
      )}
      {shown.length > 0 && <CodeList document={document} codes={shown} may={may} />}
      {total > 0 && shown.length === 0 && isFresh && found.data !== undefined && (
        <Text fz="sm" c="dimmed">
          None of the open codes is of this kind and contains that.
        </Text>
      )}
      <MoreButton query={found} />
      <DecidedCodes document={document} />
    </Stack>
  );
}

/** One row is in the tab order, j and k or the arrows move; letters do what the buttons of the row do. */
interface CodeListProps {
  document: SourceDocument;
  codes: Code[];
  may: May;
}

function CodeList({ document, codes, may }: CodeListProps) {
  const [active, setActive] = useState(0);
  const [opened, setOpened] = useState<{ id: number; what: Opened }>();
  const box = useRef<HTMLUListElement>(null);
  const wasDecided = useRef(false);
  const decide = useDecide();
  const current = Math.min(active, codes.length - 1);
  const focus = (row: number) => box.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus();
  // The row that was decided goes, and the focus with it; whoever decides stands on the next.
  const drawn = codes.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list is the reason.
  useEffect(() => {
    if (wasDecided.current) focus(current);
    wasDecided.current = false;
  }, [drawn]);
  const decideOver = (code: Code, master: number | 'ignore') => {
    wasDecided.current = true;
    setOpened(undefined);
    decide.mutate({ code, master });
  };
  const toggle = (code: Code, what: Opened) =>
    setOpened((before) => (before?.id === code.id && before.what === what ? undefined : { id: code.id, what }));
  // The form takes the focus with it when it goes: whoever gives it up stands on the code again.
  const giveUp = (row: number) => {
    setOpened(undefined);
    setTimeout(() => focus(row));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const code = codes[current];
    if (code === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && opened !== undefined) {
      setOpened(undefined);
      return focus(current);
    }
    // What is typed into a field, or pressed on a button, is meant for it.
    if (!(event.target instanceof HTMLElement) || event.target.dataset.row === undefined) return;
    const keys: Record<string, (() => void) | undefined> = {
      j: () => focus(Math.min(current + 1, codes.length - 1)),
      ArrowDown: () => focus(Math.min(current + 1, codes.length - 1)),
      k: () => focus(Math.max(current - 1, 0)),
      ArrowUp: () => focus(Math.max(current - 1, 0)),
    };
    const [first] = code.suggestions;
    if (may.decide(code, document)) {
      keys.c = () => toggle(code, 'choose');
      keys.n = () => toggle(code, 'create');
      keys.x = () => decideOver(code, 'ignore');
      if (first !== undefined) keys.p = () => toggle(code, first.master_object_id);
      code.suggestions.slice(0, 3).forEach((one, index) => {
        const take = () => decideOver(code, one.master_object_id);
        keys[String(index + 1)] = take;
        if (index === 0) keys.Enter = take;
      });
    }
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <Text fz="xs" c="dimmed" visibleFrom="sm" hidden={!codes.some((code) => may.decide(code, document))}>
        Keys: <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> takes the first suggestion, <kbd>2</kbd> <kbd>3</kbd> the
        others, <kbd>p</kbd> shows what would change, <kbd>c</kbd> chooses, <kbd>n</kbd> makes a new one, <kbd>x</kbd>{' '}
        says it is no data.
      </Text>
      <ul ref={box} onKeyDown={onKeyDown} aria-label="Codes to decide" className="rows code-list">
        {codes.map((code, index) => (
          <li
            key={code.id}
            data-row={index}
            tabIndex={index === current ? 0 : -1}
            aria-current={index === current}
            aria-label={[code.source_object_code, ...(code.cells === null ? [] : [plural(code.cells, 'cell')])].join(
              ', ',
            )}
            className="code-row"
            onFocus={() => setActive(index)}
          >
            <CodeRow
              code={code}
              document={document}
              may={may}
              opened={opened?.id === code.id ? opened.what : undefined}
              toggle={(what) => toggle(code, what)}
              giveUp={() => giveUp(index)}
              decide={(master) => decideOver(code, master)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
