import { Button, Checkbox, Code, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeFields } from '../api/change-fields.ts';
import { fieldError, Problem } from '../api/problem.ts';
import { nameOf } from '../api/problem-words.ts';
import {
  addressOf,
  createRecord,
  deleteRecord,
  type ResourceSchema,
  recordQuery,
  type StoredRecord,
} from '../api/records.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { toastDone } from '../ui/toast.tsx';
import { FieldInput, type FieldText, readText, textOf } from './field-input.tsx';
import { capital, cellText, fieldWords, keyOf, titleOf } from './record-words.ts';
import { useMayWrite } from './use-may-write.ts';

interface RecordFormProps {
  opened: boolean;
  close: () => void;
  resource: string;
  schema: ResourceSchema;
  /** Given: this one is shown and changed; else a new one is made. */
  id?: string;
}

export function RecordForm({ opened, close, resource, schema, id }: RecordFormProps) {
  const [one] = nameOf(resource);
  return (
    <FormModal
      opened={opened}
      onClose={close}
      title={id === undefined ? `New ${one}` : capital(`${one} ${id}`)}
      size="lg"
    >
      {id === undefined ? (
        <Form close={close} resource={resource} schema={schema} />
      ) : (
        <Existing close={close} resource={resource} schema={schema} id={id} />
      )}
    </FormModal>
  );
}

function Existing({ id, ...props }: Omit<RecordFormProps, 'opened' | 'id'> & { id: string }) {
  const found = useQuery(recordQuery(props.resource, id));
  return <Loaded query={found}>{({ found: record }) => <Form {...props} id={id} record={record} />}</Loaded>;
}

interface FormProps {
  close: () => void;
  resource: string;
  schema: ResourceSchema;
  id?: string;
  record?: StoredRecord;
}

function Form({ close, resource, schema, id, record }: FormProps) {
  const queries = useQueryClient();
  const [one] = nameOf(resource);
  const key = keyOf(schema.fields);
  const mayWrite = useMayWrite(resource);
  const mayChange = id === undefined || (mayWrite && schema.allowed_detail_http_methods.includes('patch'));
  const isWritable = (name: string) => {
    const field = schema.fields[name];
    return mayChange && field !== undefined && !field.readonly && !field.primary_key && !name.includes('__');
  };
  const writable = Object.keys(schema.fields).filter(isWritable);
  const shown = Object.keys(record ?? {}).filter((name) => !isWritable(name) && name !== 'resource_uri');
  // As it was when the form was opened: what others change meanwhile is none of our changes.
  const [stored] = useState(record);
  const [initial] = useState<Record<string, FieldText>>(() =>
    Object.fromEntries(
      writable.map((name) => [name, textOf(stored === undefined ? schema.fields[name]!.default : stored[name])]),
    ),
  );
  const [texts, setTexts] = useState(initial);
  const read = Object.fromEntries(writable.map((name) => [name, readText(texts[name]!, schema.fields[name]!)]));
  const isBad = Object.values(read).some(({ problem }) => problem !== undefined);
  const save = useMutation({
    mutationFn: async () => {
      const touched = writable.filter((name) => texts[name] !== initial[name]);
      const wanted = Object.fromEntries(touched.map((name) => [name, read[name]!.value]));
      if (id === undefined) return await createRecord(resource, wanted);
      const before = Object.fromEntries(touched.map((name) => [name, stored![name]]));
      return await changeFields<StoredRecord, StoredRecord>(addressOf(resource, id), before, wanted);
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries();
      toastDone(`${titleOf(saved, schema.fields, key)} is saved.`);
      close();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBad) save.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        {writable.map((name) => (
          <FieldInput
            key={name}
            name={name}
            field={schema.fields[name]!}
            isRequired={id === undefined ? schema.required_on_post.includes(name) : !schema.fields[name]!.blank}
            text={texts[name]!}
            change={(text) => setTexts((now) => ({ ...now, [name]: text }))}
            problem={read[name]!.problem ?? fieldError(save.error, name)}
          />
        ))}
        {shown.length > 0 && (
          <dl className="record-facts">
            {shown.map((name) => (
              <div key={name}>
                <Text component="dt" c="dimmed" fz="xs">
                  {fieldWords(name)}
                </Text>
                <Text component="dd" fz="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
                  {typeof record![name] === 'object' && record![name] !== null ? (
                    <Code block>{JSON.stringify(record![name], null, 2)}</Code>
                  ) : (
                    cellText(record![name], schema.fields[name]) || '–'
                  )}
                </Text>
              </div>
            ))}
          </dl>
        )}
        <Group justify="space-between" mt="xs">
          {id !== undefined && mayWrite && schema.allowed_detail_http_methods.includes('delete') ? (
            <Delete resource={resource} id={id} title={titleOf(record!, schema.fields, key)} close={close} />
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              {writable.length === 0 ? 'Close' : 'Cancel'}
            </Button>
            {writable.length > 0 && (
              <Button type="submit" loading={save.isPending} disabled={isBad}>
                {id === undefined ? `Make the ${one}` : 'Save'}
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

interface DeleteProps {
  resource: string;
  id: string;
  title: string;
  close: () => void;
}

/** What refers to it stands in the way, and is named; then it may go as well. */
function Delete({ resource, id, title, close }: DeleteProps) {
  const queries = useQueryClient();
  const [asking, { open, close: leave }] = useDisclosure();
  const [cascade, setCascade] = useState(false);
  const erase = useMutation({
    mutationFn: () => deleteRecord(resource, id, cascade),
    onSuccess: async () => {
      await queries.invalidateQueries();
      toastDone(`${title} is deleted.`);
      leave();
      close();
    },
  });
  const isUsed = erase.error instanceof Problem && erase.error.code === 'still_referred_to';
  return (
    <>
      <Button variant="subtle" color="red" onClick={open}>
        Delete
      </Button>
      <Confirm
        opened={asking}
        close={() => {
          erase.reset();
          setCascade(false);
          leave();
        }}
        title={`Delete ${title}?`}
        action="Delete"
        danger
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        <Stack gap="xs">
          This cannot be undone.
          {erase.error !== null && <Failure error={erase.error} />}
          {isUsed && (
            <Checkbox
              label="Delete what uses it as well"
              checked={cascade}
              onChange={(event) => setCascade(event.currentTarget.checked)}
            />
          )}
        </Stack>
      </Confirm>
    </>
  );
}
