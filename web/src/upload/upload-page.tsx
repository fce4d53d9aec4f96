import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Project, projectQuery } from '../api/projects.ts';
import { useProjectId } from '../projects/project-frame.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { DropZone } from './drop-zone.tsx';
import { QueueList } from './queue-list.tsx';
import { SendForm } from './send-form.tsx';

export function UploadPage() {
  const project = useQuery(projectQuery(useProjectId()));
  return (
    <Page
      title="Upload files"
      about="Each file is checked first. You see what was understood, and nothing is published until you say so."
      crumbs={[
        { label: 'Projects', to: '/' },
        { label: project.data?.title ?? '…', to: `/project/${project.data?.slug ?? ''}` },
      ]}
    >
      <Loaded query={project}>{(found) => <Choose project={found} />}</Loaded>
    </Page>
  );
}

function Choose({ project }: { project: Project }) {
  const { dataset } = useSearch({ strict: false }) as { dataset?: string };
  const [files, setFiles] = useState<File[]>([]);
  return (
    <Stack>
      <DropZone onFiles={(more) => setFiles((before) => [...before, ...more])} compact={files.length > 0} />
      {files.length > 0 && (
        <SendForm
          project={project}
          files={files}
          dataset={dataset}
          onRemove={(file) => setFiles((before) => before.filter((other) => other !== file))}
          onSent={() => setFiles([])}
        />
      )}
      <QueueList projectId={project.id} />
    </Stack>
  );
}
