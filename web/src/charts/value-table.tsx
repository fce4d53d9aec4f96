import { Table, UnstyledButton } from '@mantine/core';
import type { Axis } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { ScrollX } from '../ui/scroll-x.tsx';
import { valueText, warningsOf } from '../ui/value-text.ts';
import type { Arranged } from './arrange.ts';

const axisWords: Record<Axis, string> = { period: 'Period', place: 'Place', indicator: 'Indicator' };

interface ValueTableProps {
  label: string;
  axis: Axis;
  arranged: Arranged;
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined;
  onTrace: (cell: Cell) => void;
}

/** The values of a chart as words; each is a button that says where it comes from. */
export function ValueTable({ label, axis, arranged: { categories, series }, indicatorOf, onTrace }: ValueTableProps) {
  return (
    <ScrollX label={label} style={{ maxHeight: 360, overflow: 'auto' }}>
      <Table stickyHeader verticalSpacing={4} fz="sm">
        <Table.Thead data-sticky>
          <Table.Tr>
            <Table.Th>{axisWords[axis]}</Table.Th>
            {series.map(({ key, name }) => (
              <Table.Th key={key} ta="end">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {categories.map(({ key: category, name }, row) => (
            <Table.Tr key={category}>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              {series.map(({ key, cells }) => {
                const cell = cells[row];
                return (
                  <Table.Td key={key} ta="end" className="numbers">
                    {cell === undefined || cell.value === null ? (
                      '–'
                    ) : (
                      <UnstyledButton
                        className="value-button"
                        fz="sm"
                        onClick={() => onTrace(cell)}
                        title={['Where does this come from?', ...warningsOf(cell.flags)].join(' · ')}
                      >
                        {valueText(cell.value, indicatorOf(cell))}
                        {warningsOf(cell.flags).length > 0 && <span aria-hidden> *</span>}
                      </UnstyledButton>
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollX>
  );
}
