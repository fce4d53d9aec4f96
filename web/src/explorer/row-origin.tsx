import { Alert } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Revision } from '../api/datasets.ts';
import type { Row } from '../api/rows.ts';
import { uploadQuery } from '../api/uploads.ts';
import { count, dateTime } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';

/** Which row of which file this is. */
export function RowOrigin({ row, revisions }: { row: Row; revisions: Revision[] }) {
  const arrival = revisions.find(({ n }) => n === Number(row._rev));
  const id = arrival?.upload_id ?? undefined;
  const upload = useQuery({ ...uploadQuery(id ?? ''), enabled: id !== undefined }).data;
  if (arrival === undefined || id === undefined) return null;
  return (
    <Alert color="gray" py={8} icon={<IconRoute aria-hidden />} title="Where it comes from">
      Row {count(Number(row._row))} of{' '}
      <TextLink fz="sm" to={`/upload/${id}`}>
        {upload?.file.name ?? 'the uploaded file'}
      </TextLink>
      , which came in as revision {arrival.n} on {dateTime(arrival.created_at)}.
    </Alert>
  );
}
