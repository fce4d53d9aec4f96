import { Alert, Button, Group, Kbd, Select, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { campaignsQuery } from '../api/campaigns.ts';
import { type Indicator, indicatorsQuery } from '../api/indicators.ts';
import { type PlaceLine, placesBelowQuery } from '../api/places.ts';
import { campaignValuesQuery } from '../api/values.ts';
import { LineageDrawer } from '../lineage/lineage-drawer.tsx';
import { lineagePath } from '../lineage/lineage-path.ts';
import { plural } from '../ui/format.ts';
import { IndicatorsPicker } from '../ui/indicator-picker.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { toastProblem } from '../ui/toast.tsx';
import { valueText, warningsOf } from '../ui/value-text.ts';
import { type At, isComputed, Sheet } from './sheet.tsx';
import { type Note, type SheetCell, useEntry } from './use-entry.ts';
import './entry.css';

interface Asked {
  campaign?: string;
  place?: string;
  depth?: string;
  indicators?: string;
}

const maxRows = 300;

/** Campaign × places × indicators; which ones stands in the address. */
export function EntryPage() {
  const asked = useSearch({ strict: false }) as Asked;
  const navigate = useNavigate();
  const set = (change: Asked) => void navigate({ to: '.', search: { ...asked, ...change } as never, replace: true });
  const campaigns = useQuery(campaignsQuery).data?.objects ?? [];
  const ids = (asked.indicators ?? '').split(',').filter(Boolean).map(Number);
  const indicators = useQuery(indicatorsQuery(ids)).data ?? [];
  const { campaign, place, depth = '1' } = asked;
  const isReady = campaign !== undefined && place !== undefined && ids.length > 0;
  return (
    <Page title="Data entry" about="Type, paste from a spreadsheet, or correct; every cell is saved by itself.">
      <Stack>
        <Group align="flex-start" gap="sm" grow preventGrowOverflow={false}>
          <Select
            label="Campaign"
            placeholder="Choose"
            searchable
            allowDeselect={false}
            miw={170}
            data={campaigns.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={campaign ?? null}
            onChange={(next) => next !== null && set({ campaign: next })}
            nothingFoundMessage="No campaign yet"
          />
          <PlacePicker
            label="Place"
            value={place === undefined ? undefined : Number(place)}
            onChange={(id) => id !== undefined && set({ place: String(id) })}
          />
          <Select
            label="Rows"
            allowDeselect={false}
            miw={150}
            data={[
              { value: '0', label: 'the place itself' },
              { value: '1', label: 'places directly below' },
              { value: '2', label: 'two levels below' },
              { value: '3', label: 'three levels below' },
            ]}
            value={depth}
            onChange={(next) => next !== null && set({ depth: next })}
          />
        </Group>
        <IndicatorsPicker
          label="Indicators"
          placeholder={ids.length === 0 ? 'Add columns' : ''}
          kind="campaign"
          value={ids}
          onChange={(next) => set({ indicators: next.join(',') })}
        />
        {isReady ? (
          <Filled
            key={`${campaign} ${place} ${depth}`}
            campaign={Number(campaign)}
            place={Number(place)}
            depth={Number(depth)}
            indicators={indicators}
          />
        ) : (
          <Nothing icon={IconTable} title="Choose what to enter">
            A campaign, the place whose places are the rows, and the indicators that are the columns. The address keeps
            the choice: save it as a bookmark.
          </Nothing>
        )}
      </Stack>
    </Page>
  );
}

interface FilledProps {
  campaign: number;
  place: number;
  depth: number;
  indicators: Indicator[];
}

function Filled({ campaign, place, depth, indicators }: FilledProps) {
  const places = useQuery(placesBelowQuery(place, depth, maxRows));
  const values = useQuery(
    campaignValuesQuery({
      campaign__in: campaign,
      location_id: place,
      location_depth: depth,
      indicator__in: indicators.map(({ id }) => id).join(','),
    }),
  );
  return (
    <Loaded query={places}>
      {({ objects, meta }) =>
        objects.length === 0 ? (
          <Nothing icon={IconTable} title="No rows">
            No place you see lies there. Choose other rows.
          </Nothing>
        ) : (
          <Loaded query={values}>
            {(found) => (
              <>
                <Entry
                  campaign={campaign}
                  places={objects}
                  indicators={indicators}
                  cells={new Map(found.objects.map((cell) => [`${cell.location_id} ${cell.indicator_id}`, cell]))}
                />
                {(meta.total_count ?? 0) > maxRows && (
                  <Text c="dimmed" fz="sm">
                    The first {maxRows} of {plural(meta.total_count ?? 0, 'place')}: choose a place further down for the
                    others.
                  </Text>
                )}
              </>
            )}
          </Loaded>
        )
      }
    </Loaded>
  );
}

interface EntryProps {
  campaign: number;
  places: PlaceLine[];
  indicators: Indicator[];
  cells: Map<string, NonNullable<SheetCell['cell']>>;
}

function Entry({ campaign, places, indicators, cells }: EntryProps) {
  const entry = useEntry();
  const [active, setActive] = useState<At>({ row: 0, column: 0 });
  const [overridden, setOverridden] = useState<ReadonlySet<string>>(new Set());
  const [traced, setTraced] = useState<string>();
  const rows = places.map((place) =>
    indicators.map(
      (indicator): SheetCell => ({
        key: `${place.id} ${indicator.id}`,
        campaign_id: campaign,
        place,
        indicator,
        cell: cells.get(`${place.id} ${indicator.id}`),
      }),
    ),
  );
  const current = rows[active.row]?.[active.column];
  const undo = () => void entry.undo().catch(toastProblem);
  const trace = () => current?.cell !== undefined && setTraced(lineagePath({ ...current.cell, campaign_id: campaign }));
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
  const { cell, indicator, place } = target;
  const computed = isComputed(target);
  const facts = [
    ...(computed ? [cell?.is_calculated ? 'calculated from other indicators' : 'put together from places below'] : []),
    ...warningsOf(cell?.flags),
  ];
  return (
    <Group className="panel" px="sm" py={8} gap="sm" justify="space-between">
      <Text fz="sm">
        <strong>
          {indicator.name}, {place.name}:
        </strong>{' '}
        <span className="numbers">{valueText(cell?.value ?? null, indicator)}</span>
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
                {note.target.indicator.name}, {note.target.place.name}: {note.text || 'empty'}
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
