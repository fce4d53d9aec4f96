import { Badge, Code, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  type Code as CodeOfFile,
  columnCodesQuery,
  type DocumentRow,
  documentRowQuery,
  type SourceDocument,
} from '../api/documents.ts';
import { type Indicator, indicatorsQuery } from '../api/indicators.ts';
import { rowText } from '../lineage/row-text.ts';
import { TextLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { ScrollX } from '../ui/scroll-x.tsx';
import { Section } from '../ui/section.tsx';
import { valueText } from '../ui/value-text.ts';

const statusWords: Record<string, { label: string; color: string }> = {
  PROCESSED: { label: 'all of it became values', color: 'leaf' },
  PARTIAL: { label: 'some of it became values', color: 'grain' },
  UNMAPPED: { label: 'waits for its codes', color: 'grain' },
  REJECTED: { label: 'none of it became values', color: 'red' },
};

/** Of a column whose cells are no values: what is known of it. */
const columnWords: Partial<Record<CodeOfFile['status'], string>> = {
  unmapped: 'nobody has said yet what this column means',
  suggested: 'nobody has said yet what this column means',
  ignored: 'the column is said to be no data',
};

/** One row, which the address names: each cell as it was read, and what became of it. */
export function DocumentRowSection({ document, row }: { document: SourceDocument; row: number }) {
  const found = useQuery(documentRowQuery(document.id, row));
  const ids = [...new Set((found.data?.values ?? []).map((one) => one.indicator_id))].sort((a, b) => a - b);
  const indicators = useQuery(indicatorsQuery(ids)).data ?? [];
  const codes = useQuery(columnCodesQuery(document.id)).data?.objects ?? [];
  return (
    <Section
      title={`Row ${rowText(row, found.data?.row?.line)}`}
      about="Each cell as it was read, and what became of it."
      actions={
        <TextLink to={`/documents/${document.id}`} fz="sm">
          The whole document
        </TextLink>
      }
    >
      <Loaded query={found}>
        {({ row: one, ...more }) =>
          one === null ? (
            <Text c="dimmed" fz="sm">
              The document has no such row, or it is about a place that you may not see.
            </Text>
          ) : (
            <Cells row={one} {...more} header={document.file_header} indicators={indicators} codes={codes} />
          )
        }
      </Loaded>
    </Section>
  );
}

type RowFacts = Awaited<ReturnType<NonNullable<ReturnType<typeof documentRowQuery>['queryFn']>>>;

interface CellsProps extends Omit<RowFacts, 'row'> {
  row: DocumentRow;
  header: string[];
  indicators: Indicator[];
  codes: CodeOfFile[];
}

function Cells({ row, issues, values, header, indicators, codes }: CellsProps) {
  const status = statusWords[row.process_status];
  const ofRow = issues.filter(({ column }) => column === null || !header.includes(column));
  const becameOf = (column: string): string[] => [
    ...values
      .filter((value) => value.column === column)
      .map((value) => {
        const indicator = indicators.find(({ id }) => id === value.indicator_id);
        const text = `${indicator?.name ?? column}, ${value.location__name}: ${valueText(value.value, indicator)}`;
        return value.counts ? text : `${text}, which does not count: another value of this cell comes before it`;
      }),
    ...issues.filter((issue) => issue.column === column).map(({ message }) => message),
    ...codes
      .filter((code) => code.content_type === 'indicator' && code.source_object_code === column)
      .flatMap(({ status }) => columnWords[status] ?? []),
  ];
  return (
    <>
      <Group gap={8} mb="xs">
        <Badge color={status?.color ?? 'gray'}>{status?.label ?? row.process_status}</Badge>
        <Text fz="sm">{row.location_display}</Text>
        {row.corrected_by_id !== null && (
          <TextLink to={`/documents/${row.corrected_by_id}`} fz="sm">
            Brought again by a later document
          </TextLink>
        )}
      </Group>
      {ofRow.map(({ id, message }) => (
        <Text key={id} fz="sm">
          {message}
        </Text>
      ))}
      <ScrollX label="Cells of the row">
        <Table fz="sm" className="stacked">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={180}>Column</Table.Th>
              <Table.Th w={180}>It says</Table.Th>
              <Table.Th>What became of it</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numbers">
            {header.map((column) => {
              const text = row.submission_json[column] ?? '';
              return (
                <Table.Tr key={column}>
                  <Table.Th scope="row" fw={500} style={{ overflowWrap: 'anywhere' }}>
                    {column}
                  </Table.Th>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{text === '' ? '' : <Code>{text}</Code>}</Table.Td>
                  <Table.Td>{text === '' ? '' : becameOf(column).join('; ')}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </ScrollX>
    </>
  );
}
