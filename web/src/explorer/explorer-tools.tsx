import {
  ActionIcon,
  Button,
  Checkbox,
  Menu,
  Popover,
  ScrollArea,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconChartBar, IconColumns3, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Dataset } from '../api/datasets.ts';
import { downloadUrl, formats } from '../api/rows.ts';
import type { TableField } from '../api/table-schema.ts';
import { queryOf, type View } from './view-state.ts';

interface ToolsProps {
  dataset: Dataset;
  fields: TableField[];
  view: View;
  onChange: (view: View) => void;
}

/** What is done with the view as a whole: values counted, columns chosen, rows taken away. */
export function ExplorerTools(props: ToolsProps) {
  return (
    <>
      <FacetButton {...props} />
      <ColumnsButton {...props} />
      <DownloadButton {...props} />
    </>
  );
}

function FacetButton({ fields, view, onChange }: ToolsProps) {
  const on = view.facets.length > 0;
  const firstChoice = () => fields.slice(0, 2).map(({ name }) => name);
  return (
    <Tooltip label={on ? 'Hide value counts' : 'Count values'}>
      <ActionIcon
        size={30}
        variant={on ? 'light' : 'default'}
        {...(on ? { color: 'leaf' } : {})}
        aria-pressed={on}
        aria-label="Count values by column"
        visibleFrom="sm"
        onClick={() => onChange({ ...view, facets: on ? [] : firstChoice() })}
      >
        <IconChartBar size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function ColumnsButton({ fields, view, onChange }: ToolsProps) {
  const [search, setSearch] = useState('');
  const shown = new Set(view.fields ?? fields.map(({ name }) => name));
  const toggle = (name: string) => {
    const next = fields.map((field) => field.name).filter((other) => shown.has(other) !== (other === name));
    if (next.length > 0) onChange({ ...view, fields: next.length === fields.length ? undefined : next });
  };
  const found = fields.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())).slice(0, 200);
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label="Columns">
          <ActionIcon size={30} variant="default" aria-label="Choose columns">
            <IconColumns3 size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown w={260}>
        <Stack gap={8}>
          <TextInput
            size="xs"
            aria-label="Search columns"
            placeholder="Search columns"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <ScrollArea.Autosize mah={320}>
            <Stack gap={6}>
              {found.map(({ name }) => (
                <Checkbox key={name} size="xs" label={name} checked={shown.has(name)} onChange={() => toggle(name)} />
              ))}
            </Stack>
          </ScrollArea.Autosize>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onChange({ ...view, fields: undefined })}
            disabled={view.fields === undefined}
          >
            Show all
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function DownloadButton({ dataset, view }: ToolsProps) {
  const query = queryOf(view);
  const narrowed = Object.keys(query).length > 0;
  return (
    <Menu position="bottom-end" shadow="md" width={230}>
      <Menu.Target>
        <Button size="xs" h={30} variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{narrowed ? 'The rows and columns shown' : 'All rows'}</Menu.Label>
        {formats.map(({ extension, label }) => (
          <Menu.Item
            key={extension}
            component="a"
            href={downloadUrl(dataset.id, view.revision, extension, query)}
            download={`${dataset.name}.${extension}`}
            rightSection={
              <Text fz="xs" c="dimmed">
                .{extension}
              </Text>
            }
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
