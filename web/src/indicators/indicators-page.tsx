import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconChartDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import {
  type Component,
  componentsQuery,
  type Indicator,
  indicatorSearchQuery,
  pageOfIndicators,
  type Tag,
  tagsQuery,
} from '../api/indicators.ts';
import { FindSelect } from '../ui/find-select.tsx';
import { plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { formatWords } from './format-words.ts';
import { formulaText } from './formula-text.ts';
import { IndicatorForm } from './indicator-form.tsx';

export function IndicatorsPage() {
  const isAdmin = useIsAdmin();
  const [creating, { open, close }] = useDisclosure();
  const { tag } = useSearch({ strict: false }) as { tag?: string };
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [words] = useDebouncedValue(search.trim(), 180);
  const tags = useQuery(tagsQuery).data?.objects ?? [];
  const found = useQuery(indicatorSearchQuery(words, { tag }));
  const create = isAdmin ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      New indicator
    </Button>
  ) : undefined;
  return (
    <Page title="Indicators" about="What is counted or measured, and what is calculated from it." actions={create}>
      <Group mb="sm" gap="sm">
        <TextInput
          aria-label="Search indicators"
          placeholder="Search by name"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          flex={1}
          miw={200}
          maw={360}
        />
        {tags.length > 0 && (
          <FindSelect
            aria-label="Tag"
            placeholder="All tags"
            clearable
            data={tags.map(({ id, tag_name }) => ({ value: String(id), label: tag_name }))}
            value={tag ?? null}
            onChange={(next) => void navigate({ to: '.', search: (next === null ? {} : { tag: next }) as never })}
            w={200}
          />
        )}
      </Group>
      <Loaded query={found}>
        {({ objects, meta }) =>
          objects.length > 0 ? (
            <>
              <Rows indicators={objects} tags={tags} />
              {(meta.total_count ?? 0) > pageOfIndicators && (
                <Text c="dimmed" fz="sm" mt="xs">
                  The first {pageOfIndicators} of {plural(meta.total_count ?? 0, 'indicator')}: search for the others.
                </Text>
              )}
            </>
          ) : words === '' && tag === undefined ? (
            <Nothing icon={IconChartDots} title="No indicator yet" action={create}>
              An indicator says what a number is: children seen, doses given, the share that was missed. Ratios and sums
              are calculated from others at every place.
            </Nothing>
          ) : (
            <Text c="dimmed">No indicator fits this search.</Text>
          )
        }
      </Loaded>
      <IndicatorForm opened={creating} close={close} />
    </Page>
  );
}

function Rows({ indicators, tags }: { indicators: Indicator[]; tags: Tag[] }) {
  const components = useQuery(componentsQuery(indicators.map(({ id }) => id))).data ?? [];
  const byIndicator = Map.groupBy(components, (one) => one.indicator_id);
  const names = new Map(tags.map(({ id, tag_name }) => [id, tag_name]));
  return (
    <div className="panel rows">
      {indicators.map((indicator) => (
        <Row
          key={indicator.id}
          indicator={indicator}
          components={byIndicator.get(indicator.id) ?? []}
          tags={indicator.tag_json.flatMap((id) => names.get(id) ?? [])}
        />
      ))}
    </div>
  );
}

function Row({ indicator, components, tags }: { indicator: Indicator; components: Component[]; tags: string[] }) {
  return (
    <Link to={`/indicators/${indicator.id}` as never} className="row-link">
      <Group justify="space-between" wrap="nowrap" px="md" py={10} gap="md">
        <div style={{ minWidth: 0 }}>
          <Text fw={580} truncate>
            {indicator.name}
          </Text>
          <Text c="dimmed" fz="sm" lineClamp={1}>
            {components.length > 0 ? `= ${formulaText(components)}` : indicator.description || indicator.short_name}
          </Text>
        </div>
        <Group gap={6} justify="flex-end" style={{ flexShrink: 0, maxWidth: '50%' }}>
          {tags.slice(0, 3).map((tag) => (
            <Badge key={tag} color="gray" visibleFrom="sm">
              {tag}
            </Badge>
          ))}
          <Badge>{formatWords[indicator.data_format]}</Badge>
        </Group>
      </Group>
    </Link>
  );
}
