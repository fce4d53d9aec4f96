import { Group } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { type Dataset, datasetQuery } from '../api/datasets.ts';
import { projectQuery } from '../api/projects.ts';
import { ago } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { LoadedPage } from '../ui/loaded-page.tsx';
import { Page } from '../ui/page.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useDatasetId } from './dataset-id.ts';

/** What every page of a dataset has above it. */
export function DatasetFrame() {
  const id = useDatasetId();
  const dataset = useQuery(datasetQuery(id));
  return (
    <LoadedPage query={dataset} title="Dataset" crumbs={[{ label: 'Projects', to: '/' }]}>
      {(found) => <Frame dataset={found} />}
    </LoadedPage>
  );
}

function Frame({ dataset }: { dataset: Dataset }) {
  const project = useQuery(projectQuery(dataset.project_id)).data;
  const base = `/dataset/${dataset.id}`;
  const exploring = useRouterState({ select: ({ location }) => location.pathname.replace(/\/$/, '') === base });
  const crumbs = [
    { label: 'Projects', to: '/' },
    { label: project?.title ?? '…', to: `/project/${project?.slug ?? dataset.project_id}` },
  ];
  return (
    <Page
      wide={exploring}
      title={dataset.title || dataset.name}
      crumbs={crumbs}
      about={
        <Group gap={6}>
          {dataset.latest_revision > 0 && <span>Revision {dataset.latest_revision} ·</span>}
          <span>changed {ago(dataset.updated_at)}</span>
        </Group>
      }
      actions={
        <ButtonLink
          to={`/project/${project?.slug ?? dataset.project_id}/upload`}
          search={{ dataset: dataset.name }}
          variant="default"
          leftSection={<IconUpload size={16} aria-hidden />}
        >
          Add data
        </ButtonLink>
      }
    >
      <Tabs
        label="Parts of the dataset"
        tabs={[
          { to: base, label: 'Data', exact: true },
          { to: `${base}/issues`, label: 'Issues' },
          { to: `${base}/history`, label: 'History' },
          { to: `${base}/about`, label: 'About' },
        ]}
      />
      <Outlet />
    </Page>
  );
}
