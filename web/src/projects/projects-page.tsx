import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolders, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type Project, projectsQuery } from '../api/projects.ts';
import { ago } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { CreateProject } from './create-project.tsx';

export function ProjectsPage() {
  const projects = useQuery(projectsQuery);
  const [creating, { open, close }] = useDisclosure();
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      New project
    </Button>
  );
  return (
    <Page title="Projects" about="Each holds its datasets, the people who work on them, and the runs." actions={create}>
      <Loaded query={projects}>
        {({ objects }) =>
          objects.length === 0 ? (
            <Nothing icon={IconFolders} title="No project yet" action={create}>
              A project holds datasets and the people who may add to them or read them. Make one, then upload a file.
            </Nothing>
          ) : (
            <ProjectRows projects={objects} />
          )
        }
      </Loaded>
      <CreateProject opened={creating} close={close} />
    </Page>
  );
}

function ProjectRows({ projects }: { projects: Project[] }) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = projects.filter(({ title, slug }) => `${title} ${slug}`.toLowerCase().includes(wanted));
  return (
    <>
      {projects.length > 6 && (
        <TextInput
          aria-label="Search projects"
          placeholder="Search projects"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          mb="sm"
          maw={320}
        />
      )}
      <div className="panel rows">
        {shown.map((project) => (
          <ProjectRow key={project.id} project={project} />
        ))}
        {shown.length === 0 && (
          <Text c="dimmed" p="md">
            No project is called “{search}”.
          </Text>
        )}
      </div>
    </>
  );
}

const visibilityWords = { private: 'Members only', instance: 'Everyone signed in', public: 'Public catalogue' };

function ProjectRow({ project }: { project: Project }) {
  return (
    <Link to={`/project/${project.slug}` as never} className="row-link">
      <Group justify="space-between" wrap="nowrap" px="md" py={12} gap="md">
        <div style={{ minWidth: 0 }}>
          <Group gap={8} wrap="nowrap">
            <Text fw={580} truncate>
              {project.title}
            </Text>
            {project.status !== 'ongoing' && <Badge color="gray">{project.status}</Badge>}
          </Group>
          <Text c="dimmed" fz="sm" lineClamp={1}>
            {project.description || project.slug}
          </Text>
        </div>
        <div style={{ flexShrink: 0, textAlign: 'end' }}>
          <Text fz="sm" c="dimmed" visibleFrom="xs">
            {visibilityWords[project.visibility]}
          </Text>
          {project.updated_at !== undefined && (
            <Text fz="xs" c="dimmed">
              {ago(project.updated_at)}
            </Text>
          )}
        </div>
      </Group>
    </Link>
  );
}
