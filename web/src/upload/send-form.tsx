import { ActionIcon, Autocomplete, Button, Group, Select, Table, Text } from '@mantine/core';
import { IconUpload, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { datasetsQuery } from '../api/datasets.ts';
import type { Project } from '../api/projects.ts';
import { bytes, plural } from '../ui/format.ts';
import { type QueueItem, uploadQueue } from './upload-queue.ts';

interface SendFormProps {
  project: Project;
  files: File[];
  /** Where one came from; otherwise each file names its own. */
  dataset: string | undefined;
  onRemove: (file: File) => void;
  onSent: () => void;
}

const modes = [
  { value: 'append', label: 'Add rows' },
  { value: 'upsert', label: 'Add, and update by key' },
  { value: 'replace', label: 'Replace all rows' },
];

export function SendForm({ project, files, dataset, onRemove, onSent }: SendFormProps) {
  const known = useQuery(datasetsQuery(project.id)).data?.objects ?? [];
  const [names, setNames] = useState<Map<File, string>>(new Map());
  const [modeOf, setModeOf] = useState<Map<File, string>>(new Map());
  const nameOf = (file: File) => names.get(file) ?? dataset ?? datasetNameOf(file.name);
  const send = () => {
    uploadQueue.add(
      files.map((file) => ({
        file,
        projectId: project.id,
        dataset: nameOf(file),
        mode: (modeOf.get(file) ?? 'append') as QueueItem['mode'],
      })),
    );
    onSent();
  };
  return (
    <section className="panel" aria-label="Files to upload">
      <div className="scroll-x">
        <Table miw={620} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th w={230}>Into dataset</Table.Th>
              <Table.Th w={210}>If it has rows already</Table.Th>
              <Table.Th w={40} aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={`${file.name} ${file.size} ${file.lastModified}`}>
                <Table.Td>
                  <Text fz="sm" fw={540} style={{ overflowWrap: 'anywhere' }}>
                    {file.name}
                  </Text>
                  <Text fz="xs" c="dimmed">
                    {bytes(file.size)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Autocomplete
                    size="xs"
                    aria-label={`Dataset for ${file.name}`}
                    data={known.map(({ name }) => name)}
                    value={nameOf(file)}
                    onChange={(name) => setNames((before) => new Map(before).set(file, name))}
                    error={
                      /^[a-z0-9._-]+$/.test(nameOf(file)) ? undefined : 'Small letters, digits, dot, dash, underscore'
                    }
                  />
                </Table.Td>
                <Table.Td>
                  {known.some(({ name }) => name === nameOf(file)) ? (
                    <Select
                      size="xs"
                      aria-label={`Mode for ${file.name}`}
                      data={modes}
                      allowDeselect={false}
                      value={modeOf.get(file) ?? 'append'}
                      onChange={(mode) => setModeOf((before) => new Map(before).set(file, mode ?? 'append'))}
                    />
                  ) : (
                    <Text fz="sm" c="dimmed">
                      A new dataset
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <ActionIcon aria-label={`Leave out ${file.name}`} onClick={() => onRemove(file)}>
                    <IconX size={16} aria-hidden />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Group justify="flex-end" p="sm">
        <Button
          leftSection={<IconUpload size={16} aria-hidden />}
          onClick={send}
          disabled={files.some((file) => !/^[a-z0-9._-]+$/.test(nameOf(file)))}
        >
          Upload {files.length === 1 ? 'and check' : plural(files.length, 'file')}
        </Button>
      </Group>
    </section>
  );
}

/** As the server would name it: the file's name without ending, in the letters a dataset may have. */
export function datasetNameOf(fileName: string): string {
  const stem = fileName.replace(/(\.(csv|tsv|txt|xlsx?|ods|json|ndjson|jsonl|parquet|geojson|zip|gz))+$/i, '');
  const plain = stem.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'data';
}
