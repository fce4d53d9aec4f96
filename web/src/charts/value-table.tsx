import { Button, Group, Table, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { Axis } from '../api/charts.ts';
import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { count } from '../ui/format.ts';
import { ScrollX } from '../ui/scroll-x.tsx';
import { measured, warningsOf } from '../ui/value-text.ts';
import type { Arranged } from './arrange.ts';

const axisWords: Record<Axis, string> = { period: 'Period', place: 'Place', indicator: 'Indicator' };

interface ValueTableProps {
  label: string;
  axis: Axis;
  arranged: Arranged;
  indicatorOf: (cell: Cell | undefined) => Indicator | undefined;
  onTrace: (cell: Cell) => void;
}

/** Ten thousand buttons at once take seconds to draw. */
const atFirst = { rows: 50, columns: 40 };

/** The values of a chart as words; each is a button that says where it comes from. */
export function ValueTable({ label, axis, arranged, indicatorOf, onTrace }: ValueTableProps) {
  const [most, setMost] = useState(atFirst);
  const categories = arranged.categories.slice(0, most.rows);
  const series = arranged.series.slice(0, most.columns);
  const more = (what: 'rows' | 'columns', shown: number, total: number) =>
    shown < total && (
      <Button size="compact-sm" variant="default" onClick={() => setMost({ ...most, [what]: most[what] * 3 })}>
        More {what}: {count(shown)} of {count(total)} shown
      </Button>
    );
  return (
    <>
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
                          {measured(cell.value, indicatorOf(cell))}
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
      <Group gap="xs" mt={4}>
        {more('rows', categories.length, arranged.categories.length)}
        {more('columns', series.length, arranged.series.length)}
      </Group>
    </>
  );
}
