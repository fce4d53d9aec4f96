import { Button, Group, Select, SimpleGrid, Stack, TagsInput, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Details, readAgain, type SourceDocument } from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { toastDone } from '../ui/toast.tsx';
import { choicesOf, labelOf, missingWords } from './detail-words.ts';
import { useRefreshDocuments } from './use-decide.ts';

interface ReadingFormProps {
  document: SourceDocument;
  details: Details;
  close: () => void;
}

const ofCells = ['decimal', 'thousands', 'date_order', 'percent', 'duplicates'];

/** Columns and cells of a file that is here; by sheet, encoding and delimiter it was read already. */
export function ReadingForm({ document, details, close }: ReadingFormProps) {
  const refresh = useRefreshDocuments();
  const period = document.file_type === 'campaign' ? 'campaign_column' : 'date_column';
  const columns = ['location_column', period, 'indicator_column', 'value_column', 'uq_id_column'];
  const names = [...columns, ...ofCells, 'missing_values'];
  const [given, setGiven] = useState<Details>(details);
  const set = (name: string, value: string | null) => setGiven((before) => ({ ...before, [name]: value ?? '' }));
  const only = (from: Details) => Object.fromEntries(names.map((name) => [name, from[name] ?? '']));
  const save = useMutation({
    mutationFn: () => readAgain(document.id, only(given)),
    onSuccess: async () => {
      close();
      await refresh();
      toastDone(`${document.doc_title} is read again.`, async () => {
        await readAgain(document.id, only(details));
        await refresh();
      });
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <Text fz="sm" fw={580}>
          Columns
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {columns.map((name) => (
            <Select
              key={name}
              label={labelOf(name)}
              placeholder="as it is usually called"
              clearable
              data={[...new Set([...document.file_header, ...(given[name] ? [given[name]] : [])])]}
              value={given[name] || null}
              onChange={(next) => set(name, next)}
            />
          ))}
        </SimpleGrid>
        <Text fz="sm" fw={580} mt={4}>
          Cells
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {ofCells.map((name) => (
            <Select
              key={name}
              label={labelOf(name)}
              placeholder={name === 'duplicates' ? 'the later row counts' : 'as the whole column allows'}
              clearable
              data={choicesOf(name) ?? []}
              value={given[name] || null}
              onChange={(next) => set(name, next)}
            />
          ))}
          <TagsInput
            label={labelOf('missing_values')}
            placeholder="Enter after each"
            value={missingWords(given.missing_values)}
            onChange={(words) => set('missing_values', words.length === 0 ? null : JSON.stringify(words))}
          />
        </SimpleGrid>
        <Text fz="sm" c="dimmed">
          By its sheet, the row of its headers, its encoding and what parts its columns the file was read when it was
          sent. Where one of these is wrong, take the document back and upload the file again: the form asks for them.
        </Text>
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save and read again
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
