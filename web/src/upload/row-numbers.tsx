import { Group } from '@mantine/core';
import type { RowCounts } from '../api/datasets.ts';
import { Fact } from '../ui/fact.tsx';
import { count } from '../ui/format.ts';

const labels: [keyof RowCounts, string][] = [
  ['read', 'Rows read'],
  ['inserted', 'New'],
  ['updated', 'Updated'],
  ['unchanged', 'Unchanged'],
  ['rejected', 'Rejected'],
];

export function RowNumbers({ rows }: { rows: RowCounts }) {
  return (
    <Group gap="xl" className="numbers">
      {labels.map(([name, label]) => (
        <Fact key={name} label={label}>
          <span
            style={{
              fontSize: 20,
              fontWeight: 600,
              ...(name === 'rejected' && rows.rejected > 0 ? { color: 'var(--ink-error)' } : {}),
            }}
          >
            {count(rows[name] ?? 0)}
          </span>
        </Fact>
      ))}
    </Group>
  );
}
