import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Code, type ContentType, codesQuery, type SourceDocument } from '../api/documents.ts';
import { count, plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { CodeRow, type Opened } from './code-row.tsx';
import { AcceptSure, IgnoreShown } from './decide-many.tsx';
import { DecidedCodes } from './decided-codes.tsx';
import { useDecide } from './use-decide.ts';

/** What the file calls things that nobody has said the meaning of, what most cells wait for first. */
export function MappingQueue({ document }: { document: SourceDocument }) {
  const codes = useQuery(codesQuery(document.id));
  return (
    <Section
      title="Codes"
      about="What the file calls things. Each is said once, and remembered for every file to come."
    >
      <Loaded query={codes}>{({ objects }) => <Queue document={document} codes={objects} />}</Loaded>
    </Section>
  );
}

const shownAtMost = 200;
/** Below this a glance is enough. */
const manyCodes = 8;

function Queue({ document, codes }: { document: SourceDocument; codes: Code[] }) {
  const [kind, setKind] = useState<ContentType | 'all'>('all');
  const [words, setWords] = useState('');
  const open = codes
    .filter(({ status }) => status === 'unmapped' || status === 'suggested')
    .sort((a, b) => (b.cells ?? 0) - (a.cells ?? 0));
  const shown = open.filter(
    (code) =>
      (kind === 'all' || code.content_type === kind) &&
      code.source_object_code.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const settled = codes.filter(({ status }) => status === 'mapped' || status === 'ignored');
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text fz="sm" role="status">
          {open.length === 0 ? (
            <span style={{ color: 'var(--muted)' }}>Every code is known.</span>
          ) : (
            <>
              <strong>{plural(open.length, 'code')} to decide</strong>
              <span style={{ color: 'var(--muted)' }}>, {count(settled.length)} decided</span>
            </>
          )}
        </Text>
        <Group gap="xs">
          <AcceptSure documentId={document.id} codes={open} />
          {shown.length > 1 && <IgnoreShown codes={shown} isAll={shown.length === open.length} />}
        </Group>
      </Group>
      {(open.length >= manyCodes || kind !== 'all' || words !== '') && (
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
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        </Group>
      )}
      {shown.length > 0 && <CodeList document={document} codes={shown.slice(0, shownAtMost)} />}
      {open.length > 0 && shown.length === 0 && (
        <Text fz="sm" c="dimmed">
          None of the open codes is of this kind and contains that.
        </Text>
      )}
      {shown.length > shownAtMost && (
        <Text fz="sm" c="dimmed">
          The first {shownAtMost} of {count(shown.length)}; those decided make room for others.
        </Text>
      )}
      <DecidedCodes codes={settled} />
    </Stack>
  );
}

/** One row is in the tab order, j and k or the arrows move; letters do what the buttons of the row do. */
function CodeList({ document, codes }: { document: SourceDocument; codes: Code[] }) {
  const [active, setActive] = useState(0);
  const [opened, setOpened] = useState<{ id: number; what: Opened }>();
  const box = useRef<HTMLUListElement>(null);
  const wasDecided = useRef(false);
  const decide = useDecide();
  const current = Math.min(active, codes.length - 1);
  const focus = (row: number) => box.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus();
  // The row that was decided goes, and the focus with it; whoever decides stands on the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a shorter list is the reason.
  useEffect(() => {
    if (wasDecided.current) focus(current);
    wasDecided.current = false;
  }, [codes.length]);
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
      c: () => toggle(code, 'choose'),
      n: () => toggle(code, 'create'),
      x: () => decideOver(code, 'ignore'),
      p: code.suggestions.length === 0 ? undefined : () => toggle(code, code.suggestions[0]!.master_object_id),
    };
    code.suggestions.slice(0, 3).forEach((one, index) => {
      const take = () => decideOver(code, one.master_object_id);
      keys[String(index + 1)] = take;
      if (index === 0) keys.Enter = take;
    });
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <Text fz="xs" c="dimmed" visibleFrom="sm">
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
