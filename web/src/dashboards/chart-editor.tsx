import { Button, Group, MultiSelect, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { campaignsQuery, campaignTypesQuery } from '../api/campaigns.ts';
import {
  type Axis,
  type Chart,
  type ChartSpec,
  type ChartType,
  changeChart,
  chartTypes,
  createChart,
  type Grouping,
  specOf,
} from '../api/charts.ts';
import { rootPlacesQuery } from '../api/places.ts';
import { fieldError } from '../api/problem.ts';
import { sessionQuery } from '../api/session.ts';
import { useMutation } from '../api/use-mutation.ts';
import { ChartView } from '../charts/chart-view.tsx';
import type { Exportable } from '../charts/echart.tsx';
import { campaignNames } from '../charts/period-text.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { IndicatorPicker, IndicatorsPicker } from '../ui/indicator-picker.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { toastDone } from '../ui/toast.tsx';

interface EditorProps {
  /** Undefined: closed. */
  chart: Chart | 'new' | undefined;
  close: () => void;
  onCreated: (uuid: string) => void;
}

export function ChartEditor({ chart, close, onCreated }: EditorProps) {
  const title = chart === 'new' ? 'New chart' : 'Change the chart';
  return (
    <FormModal opened={chart !== undefined} onClose={close} title={title} size="80rem">
      {chart !== undefined && <Editor {...(chart === 'new' ? {} : { chart })} close={close} onCreated={onCreated} />}
    </FormModal>
  );
}

const groupings: { value: Grouping; label: string }[] = [
  { value: 'campaign', label: 'campaign' },
  { value: 'day', label: 'day' },
  { value: 'week', label: 'week' },
  { value: 'month', label: 'month' },
  { value: 'quarter', label: 'quarter' },
  { value: 'year', label: 'year' },
  { value: 'all_time', label: 'all time together' },
];
const axes: { value: Axis; label: string }[] = [
  { value: 'period', label: 'periods' },
  { value: 'place', label: 'places' },
  { value: 'indicator', label: 'indicators' },
];

function Editor({ chart, close, onCreated }: { chart?: Chart } & Omit<EditorProps, 'chart'>) {
  const queries = useQueryClient();
  const user = useQuery(sessionQuery).data?.user;
  const [top] = useQuery(rootPlacesQuery(user)).data ?? [];
  const campaigns = useQuery(campaignsQuery).data?.objects ?? [];
  const types = useQuery(campaignTypesQuery).data?.objects ?? [];
  const [title, setTitle] = useState(chart?.title ?? '');
  const [given, setGiven] = useState<Partial<ChartSpec>>(
    chart === undefined ? { type: 'column', axis: 'place', location_depth: 1 } : (specOf(chart) ?? {}),
  );
  const set = (change: Partial<ChartSpec>) => setGiven((before) => ({ ...before, ...change }));
  const spec: ChartSpec = {
    type: 'column',
    indicator_ids: [],
    location_id: top?.id ?? 0,
    location_depth: 0,
    group_by_time: 'campaign',
    campaign_ids: [],
    axis: 'period',
    ...given,
  };
  // A map is of one.
  if (spec.type === 'choropleth') spec.indicator_ids = spec.indicator_ids.slice(0, 1);
  const isComplete = spec.indicator_ids.length > 0 && spec.location_id > 0;
  const save = useMutation({
    mutationFn: () =>
      chart === undefined ? createChart(title, spec) : changeChart(chart.id, { title, chart_json: spec }),
    onSuccess: async ({ uuid }) => {
      if (chart === undefined) onCreated(uuid);
      else await queries.invalidateQueries({ queryKey: ['dashboards'] });
      toastDone(`${title} is saved.`);
      close();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="sm">
          {save.error !== null && <Failure error={save.error} />}
          <TextInput
            label="Title"
            required
            data-autofocus
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={fieldError(save.error, 'title')}
          />
          <Select
            label="Shown as"
            allowDeselect={false}
            data={[...chartTypes]}
            value={spec.type}
            onChange={(next) => next !== null && set({ type: next as ChartType, ...defaultsOf(next as ChartType) })}
          />
          {spec.type === 'choropleth' ? (
            <IndicatorPicker
              label="Indicator"
              placeholder="Choose what it shows"
              value={spec.indicator_ids[0]}
              onChange={(id) => set({ indicator_ids: [id] })}
            />
          ) : (
            <IndicatorsPicker
              label="Indicators"
              placeholder={spec.indicator_ids.length === 0 ? 'Choose what it shows' : ''}
              value={spec.indicator_ids}
              onChange={(indicator_ids) => set({ indicator_ids })}
            />
          )}
          <PlacePicker
            label="Place"
            value={spec.location_id || undefined}
            onChange={(id) => id !== undefined && set({ location_id: id })}
          />
          <Group grow align="flex-start">
            <Select
              label="Of it"
              allowDeselect={false}
              data={[
                { value: '0', label: 'the place itself' },
                { value: '1', label: 'places directly below' },
                { value: '2', label: 'two levels below' },
                { value: '3', label: 'three levels below' },
              ]}
              value={String(spec.location_depth)}
              onChange={(next) => next !== null && set({ location_depth: Number(next) })}
            />
            <Select
              label="Values per"
              allowDeselect={false}
              data={groupings}
              value={spec.group_by_time}
              onChange={(next) => next !== null && set({ group_by_time: next as Grouping })}
            />
          </Group>
          <MultiSelect
            label="Campaigns"
            placeholder={spec.campaign_ids.length === 0 ? 'all, new ones too' : ''}
            searchable
            data={[...campaignNames(campaigns, types)].map(([id, label]) => ({ value: String(id), label }))}
            value={spec.campaign_ids.map(String)}
            onChange={(next) => set({ campaign_ids: next.map(Number) })}
          />
          <Group grow>
            <Day label="From" value={spec.start_date} onChange={(start_date) => set({ start_date })} />
            <Day label="To" value={spec.end_date} onChange={(end_date) => set({ end_date })} />
          </Group>
          {spec.type !== 'choropleth' && spec.type !== 'number' && (
            <Select
              label={spec.type === 'table' ? 'Rows are' : spec.type === 'pie' ? 'Slices are' : 'Along the axis'}
              allowDeselect={false}
              data={axes}
              value={spec.axis}
              onChange={(next) => next !== null && set({ axis: next as Axis })}
            />
          )}
        </Stack>
        <Preview
          title={title || 'Preview'}
          spec={spec}
          isComplete={isComplete}
          onRegroup={(group_by_time) => set({ group_by_time })}
        />
      </SimpleGrid>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={!isComplete} loading={save.isPending}>
          Save chart
        </Button>
      </Group>
    </form>
  );
}

function defaultsOf(type: ChartType): Partial<ChartSpec> {
  if (type === 'line') return { axis: 'period' };
  if (type === 'number') return { location_depth: 0 };
  return type === 'choropleth' || type === 'bar' ? { axis: 'place', location_depth: 1 } : {};
}

interface DayProps {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <TextInput
      label={label}
      type="date"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

interface PreviewProps {
  title: string;
  spec: ChartSpec;
  isComplete: boolean;
  onRegroup: (grouping: Grouping) => void;
}

function Preview({ title, spec, isComplete, onRegroup }: PreviewProps) {
  const drawn = useRef<Exportable>(null);
  return (
    <section aria-label="Preview" className="panel" style={{ padding: 14, minHeight: 240, minWidth: 0 }}>
      {isComplete ? (
        <ChartView
          key={JSON.stringify(spec)}
          title={title}
          spec={spec}
          asTable={false}
          onTrace={() => undefined}
          onRegroup={onRegroup}
          drawn={drawn}
        />
      ) : (
        <Text c="dimmed" fz="sm">
          Choose an indicator and a place: what the chart will show appears here.
        </Text>
      )}
    </section>
  );
}
