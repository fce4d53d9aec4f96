import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { campaignsQuery } from '../api/campaigns.ts';
import { type Indicator, indicatorSearchQuery, indicatorsQuery, type PeriodKind } from '../api/indicators.ts';
import { placeSearchQuery } from '../api/places.ts';
import { Failure } from '../ui/failure.tsx';
import { FindSelect } from '../ui/find-select.tsx';
import { IndicatorsPicker } from '../ui/indicator-picker.tsx';
import { ButtonLink } from '../ui/link.tsx';
import { notLoaded } from '../ui/not-loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { CampaignSheet } from './campaign-sheet.tsx';
import { Choice } from './choice.tsx';
import { ChooseDays } from './choose-days.tsx';
import { DaySheet } from './day-sheet.tsx';
import { isDay } from './days.ts';
import './entry.css';

interface Asked {
  /** `day`: of indicators collected per date; else per campaign. */
  per?: string;
  campaign?: string;
  span?: string;
  day?: string;
  place?: string;
  depth?: string;
  indicators?: string;
}

/** Periods × places × indicators; which ones stands in the address. */
export function EntryPage() {
  const asked = useSearch({ strict: false }) as Asked;
  const navigate = useNavigate();
  const set = (change: Asked) => void navigate({ to: '.', search: { ...asked, ...change } as never, replace: true });
  const kind: PeriodKind = asked.per === 'day' ? 'date' : 'campaign';
  const ids = (asked.indicators ?? '').split(',').map(Number).filter(Boolean);
  const chosen = useQuery(indicatorsQuery(ids));
  const indicators = chosen.data?.filter((one) => one.resource_name === kind) ?? [];
  const span = asked.span === 'week' ? 'week' : 'month';
  const day = isDay(asked.day) ? asked.day : new Date().toISOString().slice(0, 10);
  const { campaign, place, depth = '1' } = asked;
  const rows = { place: Number(place), depth: Number(depth), indicators };
  const known = useQuery({ ...campaignsQuery, enabled: kind === 'campaign' }).data?.objects;
  // Not while the indicators of the choice before are shown.
  const strange = chosen.data === undefined || chosen.isPlaceholderData ? [] : strangeOf(ids, chosen.data, kind);
  const isUnknown =
    kind === 'campaign' && campaign !== undefined && known?.some(({ id }) => String(id) === campaign) === false;
  const isReady = place !== undefined && ids.length > 0 && (kind === 'date' || campaign !== undefined);
  return (
    <Page title="Data entry" about="Type, paste from a spreadsheet, or correct; every cell is saved by itself.">
      <Stack>
        <Group align="flex-end" gap="sm">
          <ChooseKind kind={kind} onChange={(next) => set({ per: next === 'date' ? 'day' : '', indicators: '' })} />
          {kind === 'date' && <ChooseDays span={span} day={day} onChange={set} />}
        </Group>
        <Group align="flex-start" gap="sm" grow preventGrowOverflow={false}>
          {kind === 'campaign' && <ChooseCampaign value={campaign} onChange={(next) => set({ campaign: next })} />}
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
          key={kind}
          label="Indicators"
          placeholder={ids.length === 0 ? (kind === 'campaign' ? 'Add columns' : 'Add rows') : ''}
          kind={kind}
          value={ids}
          onChange={(next) => set({ indicators: next.join(',') })}
        />
        {strange.length > 0 && (
          <Alert color="grain" title="Not everything that is chosen can be entered here">
            {strange.map(({ id, text }) => (
              <Text key={id} fz="sm">
                {text}
              </Text>
            ))}
            <Button
              size="compact-sm"
              variant="default"
              mt={6}
              onClick={() => set({ indicators: indicators.map(({ id }) => id).join(',') })}
            >
              Take out
            </Button>
          </Alert>
        )}
        {chosen.error !== null ? (
          <Failure error={chosen.error} retry={() => void chosen.refetch()} />
        ) : isUnknown ? (
          <Nothing icon={IconTable} title="There is no such campaign">
            The address names campaign {campaign}, which is not there or not for you to see. Choose another one.
          </Nothing>
        ) : !isReady || indicators.length === 0 ? (
          <ChooseFirst kind={kind} />
        ) : kind === 'campaign' ? (
          <CampaignSheet key={`${campaign} ${place} ${depth}`} campaign={Number(campaign)} {...rows} />
        ) : (
          <DaySheet key={`${span} ${day} ${place} ${depth}`} span={span} day={day} {...rows} />
        )}
      </Stack>
    </Page>
  );
}

/** What the address names but the sheet cannot have. */
function strangeOf(ids: readonly number[], found: readonly Indicator[], kind: PeriodKind) {
  const there = new Map(found.map((one) => [one.id, one]));
  return [...new Set(ids)].flatMap((id) => {
    const one = there.get(id);
    if (one === undefined) return [{ id, text: `There is no indicator ${id}.` }];
    if (one.resource_name === kind) return [];
    return [{ id, text: `${one.name} is collected per ${kind === 'date' ? 'campaign' : 'day'}.` }];
  });
}

const any = new Intl.ListFormat('en', { type: 'disjunction' });

/** What is still to be chosen, or to be made before there is anything to choose from. */
function ChooseFirst({ kind }: { kind: PeriodKind }) {
  const isAdmin = useIsAdmin();
  const found = {
    places: useQuery(placeSearchQuery('')).data?.length,
    indicators: useQuery(indicatorSearchQuery('', { kind })).data?.objects.length,
    campaigns: useQuery({ ...campaignsQuery, enabled: kind === 'campaign' }).data?.objects.length,
  };
  const words = {
    places: 'places',
    indicators: `indicators collected per ${kind === 'date' ? 'day' : 'campaign'}`,
    campaigns: 'campaigns',
  };
  const missing = (Object.keys(found) as (keyof typeof found)[]).filter((one) => found[one] === 0);
  if (missing.length === 0) {
    return (
      <Nothing icon={IconTable} title="Choose what to enter">
        {kind === 'campaign' ? 'A campaign, the' : 'The'} place whose places are the rows, and the indicators. The
        address keeps the choice: save it as a bookmark.
      </Nothing>
    );
  }
  return (
    <Nothing
      icon={IconTable}
      title="Nothing to enter yet"
      action={
        isAdmin ? (
          <Group gap="xs" justify="center">
            {missing.map((one) => (
              <ButtonLink key={one} to={`/${one}`} variant="light">
                Make {one}
              </ButtonLink>
            ))}
          </Group>
        ) : undefined
      }
    >
      There are no {any.format(missing.map((one) => words[one]))} yet
      {isAdmin
        ? ': they come first.'
        : ' that you see. An administrator makes them, and gives you the right to enter values.'}
    </Nothing>
  );
}

function ChooseKind({ kind, onChange }: { kind: PeriodKind; onChange: (kind: PeriodKind) => void }) {
  return (
    <Choice
      label="Values per"
      data={[
        { value: 'campaign', label: 'campaign' },
        { value: 'date', label: 'day' },
      ]}
      value={kind}
      onChange={(next) => onChange(next as PeriodKind)}
    />
  );
}

function ChooseCampaign({ value, onChange }: { value: string | undefined; onChange: (id: string) => void }) {
  const query = useQuery(campaignsQuery);
  const { data, isPending, error } = query;
  const campaigns = data?.objects ?? [];
  return (
    <FindSelect
      label="Campaign"
      placeholder="Choose"
      miw={170}
      data={campaigns.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={value ?? null}
      onChange={(next) => next !== null && onChange(next)}
      nothingFoundMessage={isPending ? undefined : error === null ? 'No campaign yet' : 'Not loaded'}
      error={notLoaded(query)}
    />
  );
}
