import { Badge, Button, FileInput, Group, Progress, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { documentsQuery, sendDocument } from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { ago, bytes } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { proposed, readHeader } from './read-header.ts';
import { stateWords } from './state-words.ts';

export function DocumentsPage() {
  const documents = useQuery(documentsQuery);
  const [sending, { open, close }] = useDisclosure();
  const send = (
    <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={open}>
      Upload a document
    </Button>
  );
  return (
    <Page
      title="Documents"
      about="Files of indicator data: rows are places and periods, columns are indicators."
      actions={send}
    >
      <Loaded query={documents}>
        {({ objects }) =>
          objects.length === 0 ? (
            <Nothing icon={IconFileSpreadsheet} title="No document yet" action={send}>
              A spreadsheet with a column for the place, one for the campaign or day, and one for each indicator. What
              it calls things is mapped once and remembered.
            </Nothing>
          ) : (
            <div className="panel rows">
              {objects.map((one) => (
                <Link key={one.id} to={`/documents/${one.id}` as never} className="row-link">
                  <Group justify="space-between" wrap="nowrap" px="md" py={10}>
                    <div style={{ minWidth: 0 }}>
                      <Text fw={580} truncate>
                        {one.doc_title}
                      </Text>
                      <Text c="dimmed" fz="sm">
                        {bytes(one.bytes)}, {ago(one.created_at)}
                      </Text>
                    </div>
                    <Badge color={stateWords[one.state].color} style={{ flexShrink: 0 }}>
                      {stateWords[one.state].label}
                    </Badge>
                  </Group>
                </Link>
              ))}
            </div>
          )
        }
      </Loaded>
      <FormModal opened={sending} onClose={close} title="Upload a document">
        <SendForm close={close} />
      </FormModal>
    </Page>
  );
}

function SendForm({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [kind, setKind] = useState<'campaign' | 'date'>('campaign');
  const [header, setHeader] = useState<string[]>([]);
  const [roles, setRoles] = useState<Record<string, string | null>>({});
  const [share, setShare] = useState(0);
  const period = kind === 'campaign' ? 'campaign_column' : 'date_column';
  const send = useMutation({
    mutationFn: () => {
      const given = ['location_column', period].flatMap((role) => (roles[role] ? [[role, roles[role]]] : []));
      return sendDocument(file!, { doc_title: file!.name, file_type: kind, ...Object.fromEntries(given) }, setShare);
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
    const names = next === null ? [] : await readHeader(next);
    setHeader(names);
    setRoles(
      Object.fromEntries(
        ['location_column', 'campaign_column', 'date_column'].map((role) => [role, proposed(role, names)]),
      ),
    );
    const hasDay = proposed('date_column', names) !== null && proposed('campaign_column', names) === null;
    setKind(hasDay ? 'date' : 'campaign');
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  const role = (name: string, label: string) => (
    <Select
      label={label}
      placeholder="as it is usually called"
      clearable
      data={header}
      value={roles[name] ?? null}
      onChange={(next) => setRoles({ ...roles, [name]: next })}
    />
  );
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {send.error !== null && <Failure error={send.error} />}
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
        {header.length > 0 && (
          <Group grow align="flex-start">
            {role('location_column', 'Column of the place')}
            {role(period, kind === 'campaign' ? 'Column of the campaign' : 'Column of the day')}
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
