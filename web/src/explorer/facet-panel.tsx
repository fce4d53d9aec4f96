import { ActionIcon, Group, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, lazy, Suspense } from 'react';
import type { Dataset } from '../api/datasets.ts';
import { type Facet, facetQuery, statisticsQuery } from '../api/facets.ts';
import { isNumeric, type TableField } from '../api/table-schema.ts';
import { Failure } from '../ui/failure.tsx';
import { FindSelect } from '../ui/find-select.tsx';
import { briefCount } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import { cellText } from './cell-text.ts';
import { type Condition, filterOf, type View, withCondition, withoutCondition } from './view-state.ts';

const Histogram = lazy(() => import('./histogram.tsx').then(({ Histogram: component }) => ({ default: component })));

interface FacetPanelProps {
  dataset: Dataset;
  fields: TableField[];
  view: View;
  onChange: (view: View) => void;
}

/** How often each value occurs among the rows of the view; a click filters by it. */
export function FacetPanel({ dataset, fields, view, onChange }: FacetPanelProps) {
  const unused = fields.map(({ name }) => name).filter((name) => !view.facets.includes(name));
  return (
    <aside className="facets panel rows" aria-label="Value counts">
      {view.facets.map((name) => {
        const field = fields.find((entry) => entry.name === name);
        return field === undefined ? null : (
          <OneFacet key={name} dataset={dataset} field={field} view={view} onChange={onChange} />
        );
      })}
      <div style={{ padding: 8 }}>
        <FindSelect
          size="xs"
          aria-label="Count values of another column"
          placeholder="Count another column"
          data={unused.map((name) => ({ value: name, label: name }))}
          value={null}
          onChange={(name) => name !== null && onChange({ ...view, facets: [...view.facets, name] })}
        />
      </div>
    </aside>
  );
}

interface OfField {
  field: TableField;
  filter: Record<string, string>;
}

function OneFacet({ dataset, field, view, onChange }: Omit<FacetPanelProps, 'fields'> & { field: TableField }) {
  const filter = filterOf(view);
  const facet = useQuery(facetQuery(dataset.id, view.revision, field.name, filter));
  return (
    <section aria-label={`Values of ${field.name}`} style={{ padding: '8px 6px' }}>
      <Group justify="space-between" px={6} pb={4} wrap="nowrap">
        <Text fz="sm" fw={600} truncate>
          {field.name}
        </Text>
        <ActionIcon
          size={24}
          aria-label={`Stop counting ${field.name}`}
          onClick={() => onChange({ ...view, facets: view.facets.filter((name) => name !== field.name) })}
        >
          <IconX size={13} aria-hidden />
        </ActionIcon>
      </Group>
      {facet.error !== null && <Failure error={facet.error} />}
      {facet.data === undefined && facet.error === null && <Waiting lines={3} />}
      {isNumeric(field.type) && (
        <Spread dataset={dataset} field={field} view={view} onChange={onChange} filter={filter} />
      )}
      {facet.data != null && <Values facet={facet.data} field={field} view={view} onChange={onChange} />}
    </section>
  );
}

interface ValuesProps {
  facet: Facet;
  field: TableField;
  view: View;
  onChange: (view: View) => void;
}

function Values({ facet, field, view, onChange }: ValuesProps) {
  // Of a column of measurements each value is rare: its spread says more, and a few are enough.
  const listed = isNumeric(field.type) && facet.distinct > 50 ? facet.values.slice(0, 4) : facet.values;
  const values = facet.empty === 0 ? listed : [...listed, { value: null, count: facet.empty }];
  const unlisted = facet.other + sum(facet.values) - sum(listed);
  const most = Math.max(1, ...values.map(({ count }) => count));
  return (
    <>
      {values.map(({ value, count }) => {
        const condition = conditionFor(field.name, value);
        const on = view.conditions.find((entry) => isSame(entry, condition));
        return (
          <button
            key={`${typeof value} ${cellText(value)}`}
            type="button"
            className="facet-value"
            aria-pressed={on !== undefined}
            style={{ '--share': `${(count / most) * 100}%` } as CSSProperties}
            onClick={() => onChange(on === undefined ? withCondition(view, condition) : withoutCondition(view, on))}
          >
            <span>{value === null ? <i>empty</i> : cellText(value) || '(blank text)'}</span>
            <span className="numbers">{briefCount(count)}</span>
          </button>
        );
      })}
      {unlisted > 0 && (
        <Text fz="xs" c="dimmed" px={8} pt={2}>
          {`${briefCount(unlisted)} rows with ${briefCount(facet.distinct - listed.length)} other values`}
        </Text>
      )}
    </>
  );
}

function Spread({ dataset, field, view, onChange, filter }: Omit<FacetPanelProps, 'fields'> & OfField) {
  const statistics = useQuery(statisticsQuery(dataset.id, view.revision, field.name, filter)).data;
  const { histogram = [], min, max } = statistics ?? {};
  if (histogram.length === 0 || min === max) return null;
  return (
    <Suspense fallback={<div style={{ height: 84 }} />}>
      <Histogram
        counts={histogram}
        low={Number(min)}
        high={Number(max)}
        name={field.name}
        onRange={(low, high) =>
          onChange(withCondition(view, { column: field.name, operator: 'range', value: `${low},${high}` }))
        }
      />
    </Suspense>
  );
}

const sum = (values: Facet['values']): number => values.reduce((total, { count }) => total + count, 0);

const conditionFor = (column: string, value: unknown): Condition =>
  value === null ? { column, operator: 'isnull', value: 'true' } : { column, operator: 'eq', value: cellText(value) };

const isSame = (a: Condition, b: Condition): boolean =>
  a.column === b.column && a.operator === b.operator && a.value === b.value;
