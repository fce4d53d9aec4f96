import { Alert } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Row } from '../api/rows.ts';
import { uploadQuery } from '../api/uploads.ts';
import { count, dateTime } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';

/** Which row of which file this is. */
export function RowOrigin({ row }: { row: Row }) {
  const id = typeof row._upload === 'string' ? row._upload : undefined;
  const upload = useQuery({ ...uploadQuery(id ?? ''), enabled: id !== undefined }).data;
  if (id === undefined) return null;
  return (
    <Alert color="gray" py={8} icon={<IconRoute aria-hidden />} title="Where it comes from">
      Row {count(Number(row._row))} (line {count(Number(row._line))}) of{' '}
      <TextLink fz="sm" to={`/upload/${id}`}>
        {upload?.file.name ?? 'the uploaded file'}
      </TextLink>
      {upload !== undefined && `, sent ${dateTime(upload.created_at)}`}.
    </Alert>
  );
}
