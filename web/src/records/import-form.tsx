import { Alert, Button, Checkbox, Code, FileInput, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Problem } from '../api/problem.ts';
import { nameOf } from '../api/problem-words.ts';
import { type Imported, importRecords, type ResourceSchema } from '../api/records.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { count } from '../ui/format.ts';
import { toastDone } from '../ui/toast.tsx';

interface ImportFormProps {
  opened: boolean;
  close: () => void;
  resource: string;
  schema: ResourceSchema;
}

export function ImportForm({ opened, close, resource, schema }: ImportFormProps) {
  return (
    <FormModal opened={opened} onClose={close} title={`Import ${nameOf(resource)[1]}`}>
      <Form close={close} resource={resource} schema={schema} />
    </FormModal>
  );
}

function Form({ close, resource, schema }: Omit<ImportFormProps, 'opened'>) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [byKey, setByKey] = useState(false);
  const [tried, setTried] = useState<Imported>();
  const send = useMutation({
    mutationFn: (isDry: boolean) =>
      importRecords(resource, file!, { isJson: /\.json$/i.test(file!.name), byKey, isDry }),
    onSuccess: async (imported, isDry) => {
      if (isDry) return setTried(imported);
      await queries.invalidateQueries();
      toastDone(`${wordsOf(imported)}.`);
      close();
    },
    onError: () => setTried(undefined),
  });
  const again = () => {
    setTried(undefined);
    send.reset();
  };
  const row = send.error instanceof Problem ? send.error.errors.find((one) => one.row !== undefined)?.row : undefined;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (file !== null) send.mutate(tried === undefined);
  };
  const columns = Object.entries(schema.fields).filter(([name, { readonly }]) => !readonly && !name.includes('__'));
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        <FileInput
          label="File"
          description="CSV with the names of fields in its first row, or JSON. All rows are taken, or none."
          accept=".csv,.json,text/csv,application/json"
          placeholder="Choose a file"
          value={file}
          onChange={(chosen) => {
            setFile(chosen);
            again();
          }}
          required
          clearable
        />
        <Text fz="xs" c="dimmed">
          Fields:{' '}
          {columns.map(([name], at) => (
            <span key={name}>
              {at > 0 && ', '}
              <Code fz={11}>{name}</Code>
              {schema.required_on_post.includes(name) && ' *'}
            </span>
          ))}
        </Text>
        {schema.allowed_list_http_methods.includes('put') && (
          <Checkbox
            label="Change those that are there already"
            description="Found by their id or what names them; fields that are left out take their default."
            checked={byKey}
            onChange={(event) => {
              setByKey(event.currentTarget.checked);
              again();
            }}
          />
        )}
        {send.error !== null && <Failure error={send.error} />}
        {row !== undefined && <Text fz="sm">It is row {count(row)}, counted below the names of the fields.</Text>}
        {tried !== undefined && (
          <Alert color="leaf" role="status" title="It fits. Nothing is stored yet.">
            {wordsOf(tried)}.
          </Alert>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={file === null} loading={send.isPending}>
            {tried === undefined ? 'Try it' : 'Import'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const wordsOf = ({ meta }: Imported): string =>
  [
    ...(meta.created > 0 || meta.updated === 0 ? [`${count(meta.created)} new`] : []),
    ...(meta.updated > 0 ? [`${count(meta.updated)} changed`] : []),
  ].join(', ');
