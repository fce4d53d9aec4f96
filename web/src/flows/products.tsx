import { Anchor, Code, Group, Table, Text } from '@mantine/core';
import { type FlowRevision, onThisServer, type PackageResource } from '../api/flows.ts';
import { bytes, count } from '../ui/format.ts';
import { Section } from '../ui/section.tsx';
import { FromPackage } from './from-package.tsx';

/** The published package of a revision: every file with its size, and the descriptor that names them. */
export function FlowProducts({ revision }: { revision: FlowRevision }) {
  const address = revision.pipelines[revision.id]?.stats['.dpp']?.['out-datapackage-url'];
  if (address === undefined) return null;
  return <Package address={address} />;
}

function Package({ address }: { address: string }) {
  return (
    <Section
      title="Products"
      about="Files that never change: a new revision makes new ones."
      actions={
        <Anchor fz="sm" href={onThisServer(address)}>
          datapackage.json
        </Anchor>
      }
    >
      <FromPackage address={address}>{({ resources }) => <ProductTable resources={resources} />}</FromPackage>
    </Section>
  );
}

const kindWords: Record<string, string> = {
  'derived/report': 'Validation report',
  'derived/csv': 'CSV',
  'derived/json': 'JSON',
  'derived/zip': 'Everything in one ZIP',
  'derived/preview': 'Preview',
  'derived/parquet': 'Parquet',
  'derived/sqlite': 'SQLite',
  'derived/rejects': 'Rejected rows',
  'source/tabular': 'Source as it was read',
  'source/non-tabular': 'Source as it was read',
  original: 'Source as it was read',
};

export function ProductTable({ resources }: { resources: PackageResource[] }) {
  if (resources.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        This pipeline adds no file.
      </Text>
    );
  }
  return (
    <div className="scroll-x">
      <Table miw={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>File</Table.Th>
            <Table.Th>What it is</Table.Th>
            <Table.Th ta="end">Rows</Table.Th>
            <Table.Th ta="end">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numbers">
          {resources.map((resource) => (
            <Table.Tr key={resource.name}>
              <Table.Td>
                <Anchor href={onThisServer(resource.path)} download fw={560} style={{ overflowWrap: 'anywhere' }}>
                  {resource.path.split('/').at(-1)}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  <span>{kindWords[resource.datahub?.type ?? ''] ?? resource.format ?? '–'}</span>
                  {resource.hash !== undefined && (
                    <Code fz={11} title={resource.hash}>
                      {resource.hash.replace('sha256:', '').slice(0, 10)}
                    </Code>
                  )}
                </Group>
              </Table.Td>
              <Table.Td ta="end">{resource.rowcount == null ? '–' : count(resource.rowcount)}</Table.Td>
              <Table.Td ta="end">{resource.bytes === undefined ? '–' : bytes(resource.bytes)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
