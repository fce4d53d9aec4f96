import { Alert, Anchor, Button, Code, FileInput, Group, List, Modal, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Imported, importPlaces } from '../api/places.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { count, plural } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { toastDone } from '../ui/toast.tsx';

const template = `location_code,name,location_type,admin_level,parent_location_code,latitude,longitude,aliases
XX,My country,Country,0,,,,
XX01,First province,Province,1,XX,,,
XX0101,First district,District,2,XX01,,,
`;

interface Chosen {
  file: File;
  kind: 'location' | 'geo';
}

export function ImportPlaces({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Import places or shapes" size="lg">
      <Steps close={close} />
    </Modal>
  );
}

/** A file is tried first, nothing of it kept; what it would do is shown before it is done. */
function Steps({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<Chosen>();
  const attempt = useMutation({ mutationFn: ({ kind, file }: Chosen) => importPlaces(kind, file, true) });
  const keep = useMutation({
    mutationFn: ({ kind, file }: Chosen) => importPlaces(kind, file, false),
    onSuccess: async ({ meta }) => {
      await queries.invalidateQueries({ queryKey: ['places'] });
      toastDone(`Imported: ${count(meta.created)} new, ${count(meta.updated)} changed.`);
      close();
    },
  });
  const choose = async (file: File | null) => {
    keep.reset();
    attempt.reset();
    setChosen(undefined);
    if (file === null) return;
    // Only to tell which it is: the bytes are sent as they are, and the server finds out how to read them.
    const text = await file.text();
    const isShapes = /^\s*\{/.test(text) || /^[^,\n]*\|\s*\{/.test(text);
    const next: Chosen = { file, kind: isShapes ? 'geo' : 'location' };
    setChosen(next);
    attempt.mutate(next);
  };
  const result = attempt.data;
  const change = result === undefined ? 0 : result.meta.created + result.meta.updated;
  return (
    <Stack>
      <Text fz="sm">
        A CSV with <Code>location_code</Code>, <Code>name</Code>, <Code>location_type</Code>, <Code>admin_level</Code>,{' '}
        <Code>parent_location_code</Code> (and latitude, longitude, aliases if you have them), or GeoJSON whose features
        carry <Code>location_code</Code>. Places with a known code are changed, others are new. The level of a type is 0
        for the widest, 1 below it and so on; types that are there already need none.
      </Text>
      <Anchor fz="sm" href={`data:text/csv;charset=utf-8,${encodeURIComponent(template)}`} download="places.csv">
        A CSV to begin with
      </Anchor>
      <FileInput
        label="File"
        placeholder="Choose a CSV or GeoJSON file"
        accept=".csv,.tsv,.txt,.json,.geojson"
        leftSection={<IconUpload size={16} aria-hidden />}
        clearable
        value={chosen?.file ?? null}
        onChange={(file) => void choose(file)}
      />
      {attempt.isPending && <Waiting lines={2} />}
      {attempt.error !== null && <Failure error={attempt.error} />}
      {result !== undefined && chosen !== undefined && <Outcome kind={chosen.kind} result={result} />}
      {keep.error !== null && <Failure error={keep.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          disabled={chosen === undefined || result === undefined || result.issues.length > 0 || change === 0}
          loading={keep.isPending}
          onClick={() => chosen !== undefined && keep.mutate(chosen)}
        >
          Import
        </Button>
      </Group>
    </Stack>
  );
}

function Outcome({ kind, result: { meta, issues } }: { kind: Chosen['kind']; result: Imported }) {
  const noun = kind === 'geo' ? 'shape' : 'place';
  const facts = [
    `${count(meta.created)} new`,
    `${count(meta.updated)} changed`,
    `${count(meta.unchanged)} as they are`,
    ...(meta.moved ? [`${count(meta.moved)} moved`] : []),
    ...(meta.types_created ? [`${plural(meta.types_created, 'new type')}`] : []),
  ];
  const missing = meta.not_found ?? [];
  return (
    <Alert
      color={issues.length > 0 ? 'red' : 'leaf'}
      title={
        issues.length > 0
          ? `Nothing can be imported yet: ${plural(issues.length, 'fault')} in ${plural(meta.total_count, noun)}`
          : `Tried, nothing kept yet: ${plural(meta.total_count, noun)}`
      }
    >
      {issues.length === 0 && <Text fz="sm">{facts.join(' · ')}</Text>}
      {meta.encoding !== undefined && (
        <Text fz="sm">It is not UTF-8 and was read as {meta.encoding}: check letters with accents.</Text>
      )}
      <List size="sm" mah={220} style={{ overflow: 'auto' }}>
        {issues.slice(0, 200).map((issue) => (
          <List.Item key={`${issue.row} ${issue.column} ${issue.message}`}>
            {issue.row === undefined
              ? ''
              : `Row ${issue.row}${issue.line === undefined ? '' : ` (line ${issue.line})`}: `}
            {issue.message}
          </List.Item>
        ))}
      </List>
      {missing.length > 0 && (
        <Text fz="sm" mt={4}>
          {plural(missing.length, 'code')} nobody has: {missing.slice(0, 12).join(', ')}
          {missing.length > 12 ? ' …' : ''}
        </Text>
      )}
    </Alert>
  );
}
