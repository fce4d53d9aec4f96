import { Anchor, Badge, Button, Group, SimpleGrid, Stack, TagsInput, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import {
  createTag,
  deleteIndicator,
  type Indicator,
  indicatorQuery,
  indicatorsQuery,
  tagIndicator,
  tagsQuery,
  untagIndicator,
  usesQuery,
} from '../api/indicators.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Unknown } from '../shell/unknown.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Fact } from '../ui/fact.tsx';
import { LoadedPage } from '../ui/loaded-page.tsx';
import { toPercent } from '../ui/number-text.ts';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { useLeave } from '../ui/use-leave.ts';
import { Bounds } from './bounds.tsx';
import { formatWords, operatorWords } from './format-words.ts';
import { FormulaEditor } from './formula-editor.tsx';
import { IndicatorForm } from './indicator-form.tsx';

export function IndicatorPage() {
  const { indicator } = useParams({ strict: false }) as { indicator: string };
  const isId = /^\d{1,9}$/.test(indicator);
  const found = useQuery({ ...indicatorQuery(Number(indicator)), enabled: isId });
  if (!isId) return <Unknown />;
  return (
    <LoadedPage query={found} title="Indicator" crumbs={[{ label: 'Indicators', to: '/indicators' }]}>
      {(one) => <Detail indicator={one} />}
    </LoadedPage>
  );
}

function Detail({ indicator }: { indicator: Indicator }) {
  const isAdmin = useIsAdmin();
  const { weight_indicator_id: weightId } = indicator;
  const weight = useQuery({ ...indicatorQuery(weightId ?? 0), enabled: weightId !== null }).data;
  const limit = (value: number | null) =>
    value === null ? '…' : indicator.data_format === 'pct' ? `${toPercent(value)}%` : value;
  const range =
    indicator.min === null && indicator.max === null ? 'any' : `${limit(indicator.min)} to ${limit(indicator.max)}`;
  return (
    <Page
      title={indicator.name}
      about={indicator.description || indicator.short_name}
      crumbs={[{ label: 'Indicators', to: '/indicators' }]}
      actions={isAdmin ? <Actions indicator={indicator} /> : undefined}
    >
      <Stack>
        <section className="panel" aria-label="Facts" style={{ padding: 16 }}>
          <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }} spacing="md">
            <Fact label="Short name">{indicator.short_name}</Fact>
            <Fact label="Values">
              {formatWords[indicator.data_format]}
              {indicator.unit ? `, ${indicator.unit}` : ''}
            </Fact>
            <Fact label="Collected per">{indicator.resource_name === 'date' ? 'day' : 'campaign'}</Fact>
            <Fact label="Rolled up by">
              {operatorWords[indicator.aggregation ?? defaultOperator(indicator)]}
              {weight === undefined ? '' : `, by ${weight.name}`}
            </Fact>
            <Fact label="Accepted">{range}</Fact>
            <Fact label="Definition">version {indicator.definition_version}</Fact>
          </SimpleGrid>
          {indicator.categories !== null && (
            <Text fz="sm" mt="sm">
              <span style={{ color: 'var(--muted)' }}>Categories: </span>
              {indicator.categories.map(({ value, label }) => `${value} ${label}`).join(', ')}
            </Text>
          )}
          {indicator.aliases.length > 0 && (
            <Text fz="sm" mt="sm">
              <span style={{ color: 'var(--muted)' }}>Also called in files: </span>
              {indicator.aliases.join(', ')}
            </Text>
          )}
          <Tags indicator={indicator} isAdmin={isAdmin} />
        </section>
        <FormulaEditor indicator={indicator} isAdmin={isAdmin} />
        <Bounds indicator={indicator} isAdmin={isAdmin} />
        <UsedBy indicator={indicator} />
      </Stack>
    </Page>
  );
}

const defaultOperator = ({ data_format }: Indicator): string =>
  data_format === 'bool' ? 'mean' : data_format === 'int' || data_format === 'float' ? 'sum' : 'none';

function Tags({ indicator, isAdmin }: { indicator: Indicator; isAdmin: boolean }) {
  const queries = useQueryClient();
  const tags = useQuery(tagsQuery).data?.objects ?? [];
  // The field stays open while a change is saved. The next one waits for it, and begins with what is there then.
  const change = useMutation({
    scope: { id: `tags of indicator ${indicator.id}` },
    mutationFn: async (names: string[]) => {
      const known = queries.getQueryData(tagsQuery.queryKey)?.objects ?? [];
      const before = (queries.getQueryData(indicatorQuery(indicator.id).queryKey) ?? indicator).tag_json;
      const next: number[] = [];
      for (const name of names) next.push(known.find((tag) => tag.tag_name === name)?.id ?? (await createTag(name)).id);
      for (const id of next) if (!before.includes(id)) await tagIndicator(indicator.id, id);
      for (const id of before) if (!next.includes(id)) await untagIndicator(indicator.id, id);
    },
    onError: toastProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ['indicators'] }),
  });
  const stored = indicator.tag_json.flatMap((id) => tags.find((tag) => tag.id === id)?.tag_name ?? []);
  if (!isAdmin) {
    return (
      <Group gap={6} mt="md">
        {tags
          .filter(({ id }) => indicator.tag_json.includes(id))
          .map(({ id, tag_name }) => (
            <Badge key={id} color="gray">
              {tag_name}
            </Badge>
          ))}
      </Group>
    );
  }
  return (
    <TagsInput
      label="Tags"
      description="Choose, or type a new one and press Enter."
      mt="md"
      maw={520}
      data={[...new Set(tags.map(({ tag_name }) => tag_name))]}
      value={change.isPending ? change.variables : stored}
      onChange={(next) => change.mutate(next)}
    />
  );
}

function UsedBy({ indicator }: { indicator: Indicator }) {
  const uses = useQuery(usesQuery(indicator.id)).data?.objects ?? [];
  const ids = [...new Set(uses.map((one) => one.indicator_id))];
  const wholes = useQuery(indicatorsQuery(ids)).data ?? [];
  if (ids.length === 0) return null;
  return (
    <Text fz="sm">
      Part of:{' '}
      {wholes.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Anchor renderRoot={(props) => <Link to={`/indicators/${id}` as never} {...props} />} fz="sm">
            {name}
          </Anchor>
        </span>
      ))}
    </Text>
  );
}

function Actions({ indicator }: { indicator: Indicator }) {
  const [changing, change] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const leave = useLeave('indicators');
  const erase = useMutation({
    mutationFn: () => deleteIndicator(indicator.id),
    onError: toastProblem,
    onSuccess: async () => {
      await leave('/indicators');
      toastDone(`${indicator.name} is deleted.`);
    },
    onSettled: remove.close,
  });
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={change.open}>
        Change
      </Button>
      <Button variant="subtle" color="red" onClick={remove.open}>
        Delete
      </Button>
      <IndicatorForm opened={changing} close={change.close} indicator={indicator} />
      <Confirm
        opened={deleting}
        close={remove.close}
        title={`Delete ${indicator.name}?`}
        action="Delete the indicator"
        danger
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        An indicator that has values or is part of a formula is not deleted; the answer says what is in the way.
      </Confirm>
    </>
  );
}
