import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { projectQuery } from '../api/projects.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { Tabs } from '../ui/tabs.tsx';

/** What every page of a project has above it. */
export function ProjectFrame() {
  const id = useProjectId();
  const project = useQuery(projectQuery(id));
  const base = `/project/${id}`;
  const upload = (
    <ButtonLink to={`${base}/upload`} leftSection={<IconUpload size={16} aria-hidden />}>
      Upload files
    </ButtonLink>
  );
  return (
    <Page
      title={project.data?.title ?? 'Project'}
      about={project.data?.description || undefined}
      crumbs={[{ label: 'Projects', to: '/' }]}
      actions={upload}
    >
      <Tabs
        label="Parts of the project"
        tabs={[
          { to: base, label: 'Datasets', exact: true },
          { to: `${base}/runs`, label: 'Runs' },
          { to: `${base}/members`, label: 'Members' },
          { to: `${base}/settings`, label: 'Settings' },
        ]}
      />
      <Loaded query={project}>{() => <Outlet />}</Loaded>
    </Page>
  );
}

/** As it stands in the address: uuid, slug or number. */
export const useProjectId = (): string => useParams({ strict: false }).project as string;
