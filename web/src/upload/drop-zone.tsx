import { Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';

/** A file input that is also a place to drop on: keyboard and screen reader get the input, the mouse gets both. */
export function DropZone({ onFiles, compact }: { onFiles: (files: File[]) => void; compact: boolean }) {
  const [over, setOver] = useState(false);
  const take = (list: FileList | null) => {
    if (list !== null && list.length > 0) onFiles([...list]);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <label
      className="drop"
      data-over={over}
      style={compact ? { padding: '14px 20px' } : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <input
        type="file"
        multiple
        className="visually-hidden"
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
      {!compact && <IconFileUpload size={34} stroke={1.4} aria-hidden color="var(--mantine-primary-color-filled)" />}
      <Text fw={580}>{compact ? 'Add more files' : 'Drop files here, or choose them'}</Text>
      {!compact && (
        <Text fz="sm" c="dimmed">
          CSV, TSV, Excel, ODS, JSON, NDJSON, Parquet, GeoJSON; plain, gzip or zip
        </Text>
      )}
    </label>
  );
}
