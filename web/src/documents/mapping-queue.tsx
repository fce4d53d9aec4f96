import { Badge, Button, Group, Kbd, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { campaignsQuery } from '../api/campaigns.ts';
import {
  acceptSuggestions,
  type Code,
  changeCode,
  codesQuery,
  mappingPreviewQuery,
  type Suggestion,
  unmapCodes,
} from '../api/documents.ts';
import { Failure } from '../ui/failure.tsx';
import { count, plural } from '../ui/format.ts';
import { IndicatorPicker } from '../ui/indicator-picker.tsx';
import { Loaded, Waiting } from '../ui/loaded.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';

/** Sure enough to be taken without a look at each. */
const sure = 0.8;

/** What the file calls things that nobody has said the meaning of, what most cells wait for first. */
export function MappingQueue({ documentId }: { documentId: number }) {
  const codes = useQuery(codesQuery(documentId));
  return (
    <Section
      title="Codes"
      about="Said once, remembered for every file. Keys: j and k move, Enter takes the first suggestion, x says it is no data."
    >
      <Loaded query={codes}>{({ objects }) => <Queue documentId={documentId} codes={objects} />}</Loaded>
    </Section>
  );
}

function Queue({ documentId, codes }: { documentId: number; codes: Code[] }) {
  const open = codes
    .filter(({ status }) => status === 'unmapped' || status === 'suggested')
    .sort((a, b) => b.cells - a.cells);
  const [active, setActive] = useState(0);
  const box = useRef<HTMLUListElement>(null);
  const decide = useDecide();
  const current = Math.min(active, open.length - 1);
  const byKey = useRef(false);
  // The row that was decided goes; whoever works by keyboard stands on the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a shorter list is the reason.
  useEffect(() => {
    if (byKey.current) box.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)?.focus();
    byKey.current = false;
  }, [open.length]);
  const go = (index: number) => {
    const next = Math.min(Math.max(index, 0), open.length - 1);
    setActive(next);
    box.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed into a field, or pressed on a button, is meant for it.
    const isRow = event.target instanceof HTMLElement && event.target.dataset.row !== undefined;
    const code = open[current];
    if (!isRow || code === undefined) return;
    const [first] = code.suggestions;
    const keys: Record<string, (() => void) | undefined> = {
      j: () => go(current + 1),
      ArrowDown: () => go(current + 1),
      k: () => go(current - 1),
      ArrowUp: () => go(current - 1),
      Enter: first === undefined ? undefined : () => decide.mutate({ code, master: first.master_object_id }),
      x: () => decide.mutate({ code, master: 'ignore' }),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    byKey.current = event.key === 'Enter' || event.key === 'x';
    act();
  };
  const settled = codes.length - open.length;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text fz="sm" c="dimmed" role="status">
          {open.length === 0 ? 'Every code is known.' : `${plural(open.length, 'code')} to decide.`} {count(settled)}{' '}
          decided.
        </Text>
        <AcceptAll documentId={documentId} codes={open} />
      </Group>
      <ul ref={box} onKeyDown={onKeyDown} aria-label="Codes to decide" className="rows code-list">
        {open.slice(0, 200).map((code, index) => (
          <li
            key={code.id}
            data-row={index}
            tabIndex={index === current ? 0 : -1}
            aria-current={index === current}
            className="code-row"
            onFocus={() => setActive(index)}
          >
            <CodeRow code={code} isActive={index === current} decide={(master) => decide.mutate({ code, master })} />
          </li>
        ))}
      </ul>
      <Decided codes={codes.filter(({ status }) => status === 'mapped' || status === 'ignored')} />
    </Stack>
  );
}

type Decision = number | 'ignore';

function useDecide() {
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all(['documents', 'values'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return useMutation({
    mutationFn: ({ code, master }: { code: Code; master: Decision }) =>
      changeCode(code.id, master === 'ignore' ? { is_ignored: true } : { master_object_id: master, is_ignored: false }),
    onError: toastProblem,
    onSuccess: async (saved, { code, master }) => {
      await refresh();
      const meaning =
        master === 'ignore' ? 'no data' : saved.master_object_name === null ? 'not mapped' : saved.master_object_name;
      toastDone(`“${code.source_object_code}” is ${meaning}.`, async () => {
        await changeCode(code.id, { master_object_id: code.master_object_id, is_ignored: code.is_ignored });
        await refresh();
      });
    },
  });
}

const typeWords = { indicator: 'column', location: 'place', campaign: 'campaign' };

const reasonWords: Record<string, string> = {
  exact: 'the same code',
  code: 'the same code',
  name: 'the same name',
  alias: 'a name it is also called by',
  folded: 'the same but for accents and case',
  similar: 'similar',
};

function CodeRow({ code, isActive, decide }: { code: Code; isActive: boolean; decide: (what: Decision) => void }) {
  const [choosing, setChoosing] = useState(false);
  const [shown, setShown] = useState<number>();
  return (
    <Stack gap={6} px="sm" py={8}>
      <Group justify="space-between" gap="sm">
        <Group gap={8}>
          <Badge color="gray">{typeWords[code.content_type]}</Badge>
          <Text fw={580} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {code.source_object_code}
          </Text>
          <Text fz="xs" c="dimmed">
            {plural(code.cells, 'cell')}
          </Text>
        </Group>
        <Group gap={6}>
          <Button size="compact-sm" variant="default" onClick={() => setChoosing(!choosing)}>
            Choose<span className="visually-hidden">{` for ${code.source_object_code}`}</span>
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => decide('ignore')}>
            Not data {isActive && <Kbd ml={6}>x</Kbd>}
          </Button>
        </Group>
      </Group>
      {code.suggestions.slice(0, 3).map((one, index) => (
        <SuggestionLine
          key={one.master_object_id}
          suggestion={one}
          hasKey={isActive && index === 0}
          onAccept={() => decide(one.master_object_id)}
          onPreview={() => setShown(shown === one.master_object_id ? undefined : one.master_object_id)}
        />
      ))}
      {shown !== undefined && <Effect code={code.id} master={shown} />}
      {choosing && <Chooser code={code} onChoose={decide} />}
    </Stack>
  );
}

interface SuggestionLineProps {
  suggestion: Suggestion;
  hasKey: boolean;
  onAccept: () => void;
  onPreview: () => void;
}

function SuggestionLine({ suggestion: { name, score, reason, context }, hasKey, ...does }: SuggestionLineProps) {
  return (
    <Group gap={8} pl={6}>
      <Button size="compact-sm" variant="light" onClick={does.onAccept}>
        {name} {hasKey && <Kbd ml={6}>Enter</Kbd>}
      </Button>
      <Text fz="xs" c="dimmed">
        {reasonWords[reason] ?? reason}
        {context ? `, ${context}` : ''}, {Math.round(score * 100)} %
      </Text>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={does.onPreview}>
        What would change?<span className="visually-hidden">{` with ${name}`}</span>
      </Button>
    </Group>
  );
}

/** From what to what, before anything is decided. */
function Effect({ code, master }: { code: number; master: number }) {
  const preview = useQuery(mappingPreviewQuery(code, master));
  if (preview.error !== null) return <Failure error={preview.error} />;
  if (preview.data === undefined) return <Waiting lines={1} />;
  const { meta, objects } = preview.data;
  return (
    <Text fz="sm" pl={6}>
      {plural(meta.cells_changed, 'value')} would change
      {objects.slice(0, 5).map((one) => (
        <span key={`${one.indicator__short_name} ${one.location__name} ${one.campaign__name}`} className="numbers">
          ; {one.indicator__short_name}, {one.location__name}: {one.from ?? '–'} → {one.to ?? '–'}
        </span>
      ))}
      {meta.cells_changed > 5 ? ' …' : '.'}
    </Text>
  );
}

function Chooser({ code, onChoose }: { code: Code; onChoose: (id: number) => void }) {
  const campaigns = useQuery({ ...campaignsQuery, enabled: code.content_type === 'campaign' }).data?.objects ?? [];
  const label = `What “${code.source_object_code}” means`;
  if (code.content_type === 'indicator') return <IndicatorPicker label={label} value={undefined} onChange={onChoose} />;
  if (code.content_type === 'location') {
    return <PlacePicker label={label} value={undefined} onChange={(id) => id !== undefined && onChoose(id)} />;
  }
  return (
    <Select
      label={label}
      searchable
      data={campaigns.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={null}
      onChange={(next) => next !== null && onChoose(Number(next))}
    />
  );
}

function AcceptAll({ documentId, codes }: { documentId: number; codes: Code[] }) {
  const queries = useQueryClient();
  const fitting = codes.filter(({ suggestions: [first] }) => first !== undefined && first.score >= sure).length;
  const refresh = () =>
    Promise.all(['documents', 'values'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const accept = useMutation({
    mutationFn: () => acceptSuggestions(documentId, sure),
    onError: toastProblem,
    onSuccess: async ({ objects }) => {
      await refresh();
      toastDone(`${plural(objects.length, 'code')} mapped.`, async () => {
        await unmapCodes(objects.map(({ id }) => id));
        await refresh();
      });
    },
  });
  if (fitting < 2) return null;
  return (
    <Button size="compact-sm" variant="light" loading={accept.isPending} onClick={() => accept.mutate()}>
      Accept {plural(fitting, 'sure suggestion')}
    </Button>
  );
}

function Decided({ codes }: { codes: Code[] }) {
  const decide = useDecide();
  if (codes.length === 0) return null;
  return (
    <details>
      <summary>{plural(codes.length, 'code')} decided</summary>
      <Stack gap={4} mt={6}>
        {codes.slice(0, 300).map((code) => (
          <Group key={code.id} gap={8}>
            <Badge color="gray">{typeWords[code.content_type]}</Badge>
            <Text fz="sm">
              {code.source_object_code} → {code.is_ignored ? 'no data' : code.master_object_name}
            </Text>
            <Text fz="xs" c="dimmed">
              {code.origin === 'exact' ? 'by itself' : code.origin}
            </Text>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => decide.mutate({ code, master: -1 })}>
              Open again<span className="visually-hidden">{` ${code.source_object_code}`}</span>
            </Button>
          </Group>
        ))}
      </Stack>
    </details>
  );
}
