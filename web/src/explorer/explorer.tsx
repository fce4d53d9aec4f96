import './explorer.css';
import { Group, Text } from '@mantine/core';
import { IconFilterOff, IconTableOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { type Dataset, datasetQuery, type Revision, revisionsQuery } from '../api/datasets.ts';
import type { TableField } from '../api/table-schema.ts';
import { useDatasetId } from '../datasets/dataset-id.ts';
import { Failure } from '../ui/failure.tsx';
import { count, plural } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { DataGrid } from './data-grid.tsx';
import { ExplorerTools } from './explorer-tools.tsx';
import { FacetPanel } from './facet-panel.tsx';
import { FilterBar } from './filter-bar.tsx';
import { OldRevision } from './old-revision.tsx';
import { RowDrawer } from './row-drawer.tsx';
import { useRows } from './use-rows.ts';
import { gridQueryOf, type Search, searchOf, type View, viewOf, withSortOf } from './view-state.ts';

export function Explorer() {
  const id = useDatasetId();
  const dataset = useQuery(datasetQuery(id));
  const revisions = useQuery(revisionsQuery(id));
  return (
    <Loaded query={dataset}>
      {(found) =>
        found.latest_revision === 0 ? (
          <Nothing
            icon={IconTableOff}
            title="Nothing published yet"
            action={<ButtonLink to="/run">To the runs</ButtonLink>}
          >
            A file for this dataset was sent, but none of its rows has been published so far.
          </Nothing>
        ) : (
          <Loaded query={revisions}>{({ objects }) => <OfDataset dataset={found} revisions={objects} />}</Loaded>
        )
      }
    </Loaded>
  );
}

function OfDataset({ dataset, revisions }: { dataset: Dataset; revisions: Revision[] }) {
  const [view, setView] = useView();
  const revision = revisions.find(({ n }) => n === (view.revision ?? dataset.latest_revision));
  const all = useMemo(() => (revision?.schema ?? dataset.schema)?.fields ?? [], [revision, dataset]);
  const fields = useMemo(() => shownFields(all, view.fields), [all, view.fields]);
  const query = useMemo(
    () =>
      gridQueryOf(
        view,
        all.map(({ name }) => name),
      ),
    [view, all],
  );
  const [visible, setVisible] = useState({ first: 0, last: 0 });
  const rows = useRows(dataset.id, view.revision, query, visible);
  const [opened, setOpened] = useState<number>();
  const onSort = useCallback(
    (column: string, beside: boolean) => setView(withSortOf(view, column, beside)),
    [view, setView],
  );
  return (
    <div className="explorer">
      <OldRevision dataset={dataset} view={view} onChange={setView} />
      <Group justify="space-between" align="flex-start" gap={8}>
        <div style={{ display: 'grid', gap: 6, flex: 1, minWidth: 240 }}>
          <FilterBar fields={all} view={view} onChange={setView} />
        </div>
        <Group gap={6}>
          <Text fz="sm" c="dimmed" className="numbers" role="status" aria-live="polite">
            {countWords(rows.total, revision?.rows)}
          </Text>
          <ExplorerTools dataset={dataset} fields={all} view={view} onChange={setView} />
        </Group>
      </Group>
      {rows.error !== null && <Failure error={rows.error} retry={rows.retry} />}
      <div className="explorer-body">
        {view.facets.length > 0 && <FacetPanel dataset={dataset} fields={all} view={view} onChange={setView} />}
        {rows.total === 0 ? (
          <div style={{ flex: 1 }}>
            <Nothing icon={IconFilterOff} title="No row matches">
              Of {plural(revision?.rows ?? 0, 'row')} none fits all conditions. Remove one to widen the search.
            </Nothing>
          </div>
        ) : (
          <DataGrid
            fields={fields}
            rows={rows}
            sort={view.sort}
            onSort={onSort}
            onVisible={setVisible}
            onOpen={setOpened}
          />
        )}
      </div>
      <RowDrawer
        dataset={dataset}
        revisions={revisions}
        fields={all}
        row={opened === undefined ? undefined : rows.rowAt(opened)}
        position={opened}
        onClose={() => setOpened(undefined)}
      />
    </div>
  );
}

/** The view is the address: every change is a step back away, and a copied link shows the same. */
function useView(): [View, (view: View) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const view = useMemo(() => viewOf(search), [search]);
  const setView = useCallback(
    (next: View) => void navigate({ to: '.', search: searchOf(next) as never, resetScroll: false }),
    [navigate],
  );
  return [view, setView];
}

function shownFields(all: TableField[], chosen: string[] | undefined): TableField[] {
  if (chosen === undefined) return all;
  return chosen.flatMap((name) => all.find((field) => field.name === name) ?? []);
}

function countWords(matching: number | undefined, all: number | undefined): string {
  if (matching === undefined) return 'Counting …';
  return all === undefined || all === matching
    ? plural(matching, 'row')
    : `${count(matching)} of ${plural(all, 'row')}`;
}
