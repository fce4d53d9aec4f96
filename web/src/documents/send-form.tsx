import {
  Alert,
  Button,
  FileInput,
  Group,
  Progress,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { sendDocument } from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { labelOf } from './detail-words.ts';
import { missingColumn, proposedHeader, proposedRole } from './missing-column.ts';
import { likelyHeaderRow, namesIn, proposed, readRecords } from './read-header.ts';

export function SendForm({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [kind, setKind] = useState<'campaign' | 'date'>('campaign');
  /** The first rows of a file that can be read here, and the names of its columns. */
  const [records, setRecords] = useState<string[][]>([]);
  const [header, setHeader] = useState<string[]>([]);
  const [headerRow, setHeaderRow] = useState<number | null>(null);
  const [roles, setRoles] = useState<Record<string, string | null>>({});
  /** The columns of a file that cannot be read here are asked for by their names once the server misses one. */
  const [isAsked, setAsked] = useState(false);
  const [share, setShare] = useState(0);
  const period = kind === 'campaign' ? 'campaign_column' : 'date_column';
  // Who closes the form, by Cancel, Escape or another page, does not want the document.
  const sending = useRef<AbortController>(undefined);
  useEffect(() => () => sending.current?.abort(), []);
  const send = useMutation({
    mutationFn: (given: Record<string, string>) => {
      sending.current = new AbortController();
      const words = { doc_title: file!.name, file_type: kind, ...given };
      return sendDocument(file!, words, setShare, sending.current.signal);
    },
    onError: (error, given) => {
      if (missingColumn(error, given) === undefined) return;
      setAsked(true);
      const found = proposedHeader(error);
      if (found !== undefined) {
        setHeaderRow(found.row);
        takeHeader(found.names);
      } else setRoles((before) => ({ ...before, ...proposedRole(error) }));
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['documents'] });
      close();
      await navigate({ to: `/documents/${id}` as never });
    },
  });
  const choose = async (next: File | null) => {
    send.reset();
    setFile(next);
    setAsked(false);
    const read = next === null ? [] : await readRecords(next);
    const row = likelyHeaderRow(read);
    setRecords(read);
    setHeaderRow(row > 1 ? row : null);
    const names = takeHeader(namesIn(read, row));
    const hasDay = proposed('date_column', names) !== null && proposed('campaign_column', names) === null;
    setKind(hasDay ? 'date' : 'campaign');
  };
  /** Names of columns, and what they are called as they usually are. */
  const takeHeader = (names: string[]) => {
    setHeader(names);
    const found = ['location_column', 'campaign_column', 'date_column'].map((role) => [role, proposed(role, names)]);
    setRoles((before) => ({ sheet: before.sheet ?? null, ...Object.fromEntries(found) }));
    return names;
  };
  const chooseHeaderRow = (row: number | null) => {
    setHeaderRow(row);
    // Of a workbook only the server knows what stands there.
    takeHeader(namesIn(records, row ?? 1));
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const names = ['location_column', period, ...(isAsked ? ['sheet'] : [])];
    send.mutate({
      ...Object.fromEntries(names.flatMap((name) => (roles[name] ? [[name, roles[name]]] : []))),
      ...(headerRow === null ? {} : { header_row: String(headerRow) }),
    });
  };
  const isBook = /\.(xlsx?|ods)$/i.test(file?.name ?? '');
  const missing = missingColumn(send.error, send.variables ?? {});
  const setRole = (name: string, column: string | null) => setRoles({ ...roles, [name]: column });
  const role = (name: string) =>
    header.length > 0 ? (
      <Select
        label={labelOf(name)}
        placeholder="as it is usually called"
        clearable
        data={header}
        value={roles[name] ?? null}
        onChange={(next) => setRole(name, next)}
      />
    ) : (
      <TextInput
        label={labelOf(name)}
        placeholder={name === 'sheet' ? 'the first' : 'as it is usually called'}
        value={roles[name] ?? ''}
        onChange={(event) => setRole(name, event.currentTarget.value || null)}
      />
    );
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {missing !== undefined ? (
          <Alert color="red" role="alert">
            {missing}
          </Alert>
        ) : (
          send.error !== null && <Failure error={send.error} />
        )}
        <FileInput
          label="File"
          placeholder="CSV, Excel, ODS, JSON, Parquet"
          required
          clearable
          leftSection={<IconUpload size={16} aria-hidden />}
          value={file}
          onChange={(next) => void choose(next)}
        />
        <div>
          <Text fz="sm" fw={500} mb={4} id="kind-of-document">
            Its numbers are collected per
          </Text>
          <SegmentedControl
            aria-labelledby="kind-of-document"
            value={kind}
            onChange={(next) => setKind(next as 'campaign' | 'date')}
            data={[
              { value: 'campaign', label: 'campaign' },
              { value: 'date', label: 'day' },
            ]}
          />
        </div>
        {(header.length > 0 || isAsked) && (
          <Group grow align="flex-start">
            {role('location_column')}
            {role(period)}
          </Group>
        )}
        {((isAsked && isBook) || records.length > 0) && (
          <Group grow align="flex-start">
            <NumberField
              label={labelOf('header_row')}
              placeholder="the first"
              min={1}
              isWhole
              value={headerRow}
              onChange={chooseHeaderRow}
            />
            {isBook && role('sheet')}
          </Group>
        )}
        {send.isPending && <Progress value={share * 100} aria-label="Sending the file" animated={share >= 1} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={file === null} loading={send.isPending}>
            Upload
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
