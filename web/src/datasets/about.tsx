import { Anchor, Badge, Button, Code, Group, Stack, Table, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { changeDataset, type Dataset, datasetQuery, deleteDataset, restoreDataset } from '../api/datasets.ts';
import type { TableField } from '../api/table-schema.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { dateTime } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { ScrollX } from '../ui/scroll-x.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useDatasetId } from './dataset-id.ts';

export function About() {
  const dataset = useQuery(datasetQuery(useDatasetId()));
  return (
    <Loaded query={dataset}>
      {(found) => (
        <Stack>
          <Details dataset={found} />
          <Columns dataset={found} />
          <Access dataset={found} />
          <Removal dataset={found} />
        </Stack>
      )}
    </Loaded>
  );
}

function Details({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (body: Partial<Dataset>) => changeDataset(dataset.id, body),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['datasets'] });
      toastDone('Saved.');
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Partial<Dataset>);
  };
  return (
    <Section title="Details" about={`${dataset.name}, since ${dateTime(dataset.created_at)}`}>
      <form onSubmit={onSubmit}>
        <Stack gap="sm">
          {save.error !== null && <Failure error={save.error} />}
          <TextInput label="Title" name="title" defaultValue={dataset.title} placeholder={dataset.name} />
          <Textarea label="Description" name="description" defaultValue={dataset.description} autosize minRows={2} />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Removal({ dataset }: { dataset: Dataset }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => queries.invalidateQueries({ queryKey: ['datasets'] });
  const remove = useMutation({
    mutationFn: () => deleteDataset(dataset.id),
    onError: toastProblem,
    onSuccess: async () => {
      await navigate({ to: `/project/${dataset.project_id}` as never });
      await refresh();
      toastDone(`${dataset.title || dataset.name} is deleted.`, async () => {
        await restoreDataset(dataset.id);
        await refresh();
      });
    },
  });
  return (
    <Section title="Delete this dataset" about="Its files and revisions are kept, and it can be brought back.">
      <Button color="red" variant="light" loading={remove.isPending} onClick={() => remove.mutate()}>
        Delete dataset
      </Button>
    </Section>
  );
}

function Columns({ dataset }: { dataset: Dataset }) {
  const fields = dataset.schema?.fields ?? [];
  return (
    <Section title="Columns" about="The Table Schema each new file is checked against.">
      <ScrollX label="Columns and their types">
        <Table miw={480}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>Must be</Table.Th>
              <Table.Th>About</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {fields.map((field) => (
              <Table.Tr key={field.name}>
                <Table.Td fw={540}>
                  {field.name} {dataset.key.includes(field.name) && <Badge size="sm">key</Badge>}
                </Table.Td>
                <Table.Td>
                  {field.type}
                  {field.format !== undefined && field.format !== 'default' && (
                    <Text span c="dimmed">{` ${field.format}`}</Text>
                  )}
                </Table.Td>
                <Table.Td>{constraintWords(field)}</Table.Td>
                <Table.Td c="dimmed">{field.description ?? field.title ?? ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollX>
    </Section>
  );
}

const constraintWords = (field: TableField): string =>
  Object.entries(field.constraints ?? {})
    .map(([name, value]) =>
      value === true ? name : `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
    .join(', ');

function Access({ dataset }: { dataset: Dataset }) {
  const address = `${location.origin}/api/v1/dataset/${dataset.id}/data.csv`;
  return (
    <Section title="From other programs" about="The same rows, with a personal access token from your account page.">
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {`curl -H "Authorization: Bearer $GRANARY_TOKEN" '${address}'`}
      </Code>
      <Group gap="md" mt="xs">
        <Anchor fz="sm" href={`/api/v1/dataset/${dataset.id}/datapackage.json`}>
          Data Package descriptor
        </Anchor>
        <Anchor fz="sm" href="/docs">
          API reference
        </Anchor>
      </Group>
    </Section>
  );
}
