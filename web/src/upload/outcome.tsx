import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCopy, IconTrash } from '@tabler/icons-react';
import type { Upload } from '../api/uploads.ts';
import { count } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { RowNumbers } from './row-numbers.tsx';
import { UploadIssues } from './upload-issues.tsx';

/** What became of an upload that no longer waits for anything. */
export function Outcome({ upload }: { upload: Upload }) {
  return (
    <>
      <Word upload={upload} />
      {upload.rows !== null && (
        <Section title="Rows">
          <RowNumbers rows={upload.rows} />
        </Section>
      )}
      <UploadIssues uploadId={upload.id} />
    </>
  );
}

const words = {
  published: { color: 'leaf', icon: IconCircleCheck, title: 'Published' },
  unchanged: { color: 'gray', icon: IconCopy, title: 'Nothing new: the same content was published before' },
  failed: { color: 'red', icon: IconAlertTriangle, title: 'Not published' },
  dropped: { color: 'gray', icon: IconTrash, title: 'Dropped: nothing of it was published' },
  previewed: { color: 'gray', icon: IconCircleCheck, title: 'Checked only: nothing was kept' },
  received: { color: 'gray', icon: IconCircleCheck, title: 'Received' },
  awaiting_confirmation: { color: 'grain', icon: IconCircleCheck, title: 'Waiting to be confirmed' },
};

function Word({ upload }: { upload: Upload }) {
  const { color, icon: Sign, title } = words[upload.state];
  const full =
    upload.state === 'published' ? `${title} as revision ${upload.revision} of ${upload.dataset.name}` : title;
  return (
    <Alert color={color} icon={<Sign aria-hidden />} title={full} role={upload.state === 'failed' ? 'alert' : 'status'}>
      {upload.error?.message}
      <Group gap="xs" mt={upload.error === null ? 0 : 8}>
        {upload.dataset.id !== null && upload.revision !== null && (
          <ButtonLink to={`/dataset/${upload.dataset.id}`} size="compact-sm">
            Explore the rows
          </ButtonLink>
        )}
        {upload.run !== null && (
          <ButtonLink to={`/run/${upload.run.id}`} size="compact-sm" variant="default">
            The run’s log
          </ButtonLink>
        )}
        {upload.rows !== null && upload.rows.rejected > 0 && upload.state === 'published' && (
          <Button component="a" href={`/api/v1/upload/${upload.id}/quarantine`} size="compact-sm" variant="default">
            Download {count(upload.rows.rejected)} rejected rows
          </Button>
        )}
      </Group>
    </Alert>
  );
}
