import { SimpleGrid, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { nameOf } from '../api/problem-words.ts';
import { type ResourceSchema, recordIndexQuery } from '../api/records.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { capital } from './record-words.ts';

/** What belongs together; whatever is named nowhere comes last. */
const groups: [title: string, resources: string[]][] = [
  ['People and rights', ['user', 'group', 'user_group', 'location_responsibility', 'project_member', 'audit']],
  ['Places', ['location', 'location_type', 'location_tree', 'location_polygon', 'geo']],
  [
    'Indicators',
    [
      'indicator',
      'indicator_calculation',
      'indicator_bound',
      'indicator_tag',
      'indicator_to_tag',
      'indicator_class_map',
    ],
  ],
  ['Campaigns and values', ['campaign', 'campaign_type', 'datapoint', 'campaign_datapoint', 'date_datapoint']],
  ['Documents', ['source_doc', 'source_submission', 'source_object_map', 'doc_datapoint', 'doc_detail', 'issue']],
];

/** Every resource of the API that one may see, with screens made of its own description. */
export function TablesPage() {
  const index = useQuery(recordIndexQuery);
  const [typed, setTyped] = useState('');
  return (
    <Page title="Records" about="Everything that is stored, table by table, as the API has it.">
      <TextInput
        label="Find a table"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        maw={320}
        mb="md"
      />
      <Loaded query={index}>
        {(resources) => <Groups resources={resources} words={typed.trim().toLowerCase()} />}
      </Loaded>
    </Page>
  );
}

function Groups({ resources, words }: { resources: Record<string, { schema: ResourceSchema }>; words: string }) {
  const fits = (name: string) =>
    resources[name] !== undefined && `${name} ${name.replaceAll('_', ' ')} ${nameOf(name)[1]}`.includes(words);
  const grouped = new Set(groups.flatMap(([, names]) => names));
  const rest = Object.keys(resources)
    .filter((name) => !grouped.has(name))
    .sort();
  const shown = [...groups, ['More', rest] as const]
    .map(([title, names]) => [title, names.filter(fits)] as const)
    .filter(([, names]) => names.length > 0);
  if (shown.length === 0) return <Text c="dimmed">No table is called so.</Text>;
  return shown.map(([title, names]) => (
    <section key={title} aria-label={title}>
      <Title order={2} mb={6}>
        {title}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs" mb="lg">
        {names.map((name) => (
          <Link key={name} to={`/records/${name}`} className="panel record-link">
            <Text fw={560}>{capital(nameOf(name)[1])}</Text>
            <Text c="dimmed" fz="xs" ff="monospace">
              {name}
            </Text>
          </Link>
        ))}
      </SimpleGrid>
    </section>
  ));
}
