import { Alert, Stack, Table, Text } from '@mantine/core';
import { IconFileSearch, IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '../api/datasets.ts';
import { datasetsQuery } from '../api/datasets.ts';
import { type Project, projectQuery } from '../api/projects.ts';
import { waitingUploadsQuery } from '../api/uploads.ts';
import { ago, count, dateTime, plural } from '../ui/format.ts';
import { ButtonLink, TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { useProjectId } from './project-frame.tsx';

export function ProjectDatasets() {
  const project = useQuery(projectQuery(useProjectId()));
  return <Loaded query={project}>{(found) => <Datasets project={found} />}</Loaded>;
}

function Datasets({ project }: { project: Project }) {
  const datasets = useQuery(datasetsQuery(project.id));
  return (
    <>
      <WaitingUploads projectId={project.id} />
      <Loaded query={datasets}>
        {({ objects }) =>
          objects.length === 0 ? (
            <Nothing
              icon={IconTable}
              title="No data yet"
              action={<ButtonLink to={`/project/${project.slug}/upload`}>Upload a file</ButtonLink>}
            >
              CSV, Excel, JSON, Parquet and more. You see what was understood before anything is kept.
            </Nothing>
          ) : (
            <DatasetTable datasets={objects} />
          )
        }
      </Loaded>
    </>
  );
}

/** Files that were checked and that nobody has confirmed or dropped yet. */
function WaitingUploads({ projectId }: { projectId: string }) {
  const waiting = useQuery(waitingUploadsQuery(projectId)).data?.objects ?? [];
  if (waiting.length === 0) return null;
  return (
    <Alert color="grain" mb="md" icon={<IconFileSearch aria-hidden />} title="Waiting for your review">
      <Stack gap={2}>
        {waiting.map((upload) => (
          <Text key={upload.id} fz="sm">
            <TextLink fz="sm" fw={560} to={`/upload/${upload.id}`}>
              {upload.file_name}
            </TextLink>{' '}
            for {upload.dataset_name}, sent {ago(upload.created_at)}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}

function DatasetTable({ datasets }: { datasets: Dataset[] }) {
  return (
    <div className="panel scroll-x">
      <Table highlightOnHover miw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Dataset</Table.Th>
            <Table.Th>Columns</Table.Th>
            <Table.Th>Key</Table.Th>
            <Table.Th ta="end">Rows</Table.Th>
            <Table.Th ta="end">Revision</Table.Th>
            <Table.Th ta="end">Changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numbers">
          {datasets.map((dataset) => (
            <Table.Tr key={dataset.id}>
              <Table.Td maw={320}>
                <TextLink to={`/dataset/${dataset.id}`} fw={560}>
                  {dataset.title || dataset.name}
                </TextLink>
                <Text fz="xs" c="dimmed" truncate>
                  {dataset.title === '' ? dataset.description : dataset.name}
                </Text>
              </Table.Td>
              <Table.Td>{dataset.schema === null ? '–' : plural(dataset.schema.fields.length, 'column')}</Table.Td>
              <Table.Td>{dataset.key.join(', ') || '–'}</Table.Td>
              <Table.Td ta="end">{dataset.rows === null ? '–' : count(dataset.rows)}</Table.Td>
              <Table.Td ta="end">{dataset.latest_revision === 0 ? 'none yet' : dataset.latest_revision}</Table.Td>
              <Table.Td ta="end" title={dateTime(dataset.updated_at)} style={{ whiteSpace: 'nowrap' }}>
                {ago(dataset.updated_at)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
