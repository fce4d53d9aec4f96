import { Button, Group, Table, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconDownload, IconPlus, IconTable, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { urlOf } from '../api/fetch-api.ts';
import { nameOf } from '../api/problem-words.ts';
import {
  type ResourceSchema,
  recordIndexQuery,
  recordsAtOnce,
  recordsQuery,
  type StoredRecord,
} from '../api/records.ts';
import { count } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { type Condition, Conditions } from './conditions.tsx';
import { ImportForm } from './import-form.tsx';
import { RecordForm } from './record-form.tsx';
import { capital, cellText, fieldWords, keyOf, titleOf } from './record-words.ts';
import { useMayWrite } from './use-may-write.ts';

const crumbs = [{ label: 'Records', to: '/records' }];
const isPaging = (name: string) => ['order_by', 'offset'].includes(name);

/** One table of the API: its query stands in the address as the API is asked it. */
export function RecordsPage() {
  const { resource } = useParams({ strict: false }) as { resource: string };
  const index = useQuery(recordIndexQuery);
  const title = capital(nameOf(resource)[1]);
  const schema = index.data?.[resource]?.schema;
  if (schema === undefined) {
    return (
      <Page title={title} crumbs={crumbs}>
        <Loaded query={index}>
          {() => (
            <Nothing icon={IconTable} title="No such table">
              There is none called so, or it is not yours to see.
            </Nothing>
          )}
        </Loaded>
      </Page>
    );
  }
  return <Records key={resource} resource={resource} title={title} schema={schema} />;
}

interface RecordsProps {
  resource: string;
  title: string;
  schema: ResourceSchema;
}

function Records({ resource, title, schema }: RecordsProps) {
  const search = useSearch({ strict: false }) as Record<string, string>;
  const navigate = useNavigate();
  const conditions = Object.entries(search)
    .filter(([name]) => !isPaging(name))
    .map(([parameter, value]): Condition => ({ parameter, value }));
  const go = (next: Record<string, string | undefined>) => void navigate({ to: '.', search: next as never });
  const isAsked = schema.required_on_get.every((name) => search[name] !== undefined);
  const records = useQuery({ ...recordsQuery(resource, search), enabled: isAsked });
  const [creating, create] = useDisclosure();
  const [importing, bring] = useDisclosure();
  const mayCreate = useMayWrite(resource) && schema.allowed_list_http_methods.includes('post');
  const filters = Object.fromEntries(conditions.map(({ parameter, value }) => [parameter, value]));
  return (
    <Page
      title={title}
      crumbs={crumbs}
      wide
      actions={
        <>
          {isAsked && (
            <Button
              component="a"
              href={urlOf(`/api/v1/${resource}/`, { ...filters, format: 'csv' })}
              download={`${resource}.csv`}
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              CSV
            </Button>
          )}
          {mayCreate && (
            <>
              <Button variant="default" leftSection={<IconUpload size={16} aria-hidden />} onClick={bring.open}>
                Import
              </Button>
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
                New
              </Button>
            </>
          )}
        </>
      }
    >
      <Conditions
        schema={schema}
        conditions={conditions}
        change={(next) =>
          go({
            ...Object.fromEntries(next.map(({ parameter, value }) => [parameter, value])),
            order_by: search.order_by,
          })
        }
      />
      {isAsked ? (
        <Loaded query={records}>
          {({ meta, objects }) => (
            <>
              <RecordTable
                resource={resource}
                schema={schema}
                objects={objects}
                orderBy={search.order_by}
                order={(order_by) => go({ ...filters, order_by })}
              />
              <Pages
                shown={objects.length}
                total={meta.total_count}
                offset={Number(search.offset ?? 0)}
                hasMore={meta.next !== null}
                turn={(offset) => go({ ...search, offset: offset === 0 ? undefined : String(offset) })}
              />
            </>
          )}
        </Loaded>
      ) : (
        <Nothing icon={IconTable} title="Which ones?">
          This table is asked with a condition: first choose {schema.required_on_get.join(', ')} above.
        </Nothing>
      )}
      <RecordForm opened={creating} close={create.close} resource={resource} schema={schema} />
      <ImportForm opened={importing} close={bring.close} resource={resource} schema={schema} />
    </Page>
  );
}

interface RecordTableProps {
  resource: string;
  schema: ResourceSchema;
  objects: StoredRecord[];
  orderBy: string | undefined;
  order: (orderBy: string | undefined) => void;
}

function RecordTable({ resource, schema, objects, orderBy, order }: RecordTableProps) {
  const [opened, setOpened] = useState<string>();
  const key = keyOf(schema.fields);
  const columns = Object.keys(objects[0] ?? {}).filter((name) => name !== 'resource_uri');
  if (objects.length === 0) {
    return (
      <Nothing icon={IconTable} title="None">
        Nothing here, or nothing that the conditions hold for.
      </Nothing>
    );
  }
  return (
    <div className="panel scroll-x">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
            {columns.map((name) => (
              <Heading
                key={name}
                name={name}
                canOrder={schema.ordering.includes(name)}
                direction={orderBy === name ? 'ascending' : orderBy === `-${name}` ? 'descending' : undefined}
                order={order}
              />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {objects.map((record, at) => {
            const id = record[key];
            return (
              // Values of a cross product have no key of their own.
              <Table.Tr key={String(id ?? at)}>
                <Table.Td>
                  {id != null && (
                    <Button size="compact-sm" variant="subtle" onClick={() => setOpened(String(id))}>
                      Open
                      <span className="visually-hidden">{` ${titleOf(record, schema.fields, key)}`}</span>
                    </Button>
                  )}
                </Table.Td>
                {columns.map((name) => (
                  <Table.Td key={name} maw={320}>
                    <Text truncate="end" fz="sm" title={cellText(record[name], schema.fields[name])}>
                      {cellText(record[name], schema.fields[name])}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      <RecordForm
        opened={opened !== undefined}
        close={() => setOpened(undefined)}
        resource={resource}
        schema={schema}
        {...(opened === undefined ? {} : { id: opened })}
      />
    </div>
  );
}

interface HeadingProps {
  name: string;
  canOrder: boolean;
  direction: 'ascending' | 'descending' | undefined;
  order: (orderBy: string | undefined) => void;
}

function Heading({ name, canOrder, direction, order }: HeadingProps) {
  const label = fieldWords(name);
  const Sign = direction === 'descending' ? IconArrowDown : IconArrowUp;
  const next = direction === undefined ? name : direction === 'ascending' ? `-${name}` : undefined;
  return (
    <Table.Th {...(direction === undefined ? {} : { 'aria-sort': direction })} style={{ whiteSpace: 'nowrap' }}>
      {canOrder ? (
        <UnstyledButton fz="inherit" fw="inherit" onClick={() => order(next)}>
          {label}
          {direction !== undefined && (
            <Sign size={14} aria-hidden style={{ verticalAlign: '-2px', marginInlineStart: 4 }} />
          )}
        </UnstyledButton>
      ) : (
        label
      )}
    </Table.Th>
  );
}

interface PagesProps {
  shown: number;
  total: number | null;
  offset: number;
  hasMore: boolean;
  turn: (offset: number) => void;
}

function Pages({ shown, total, offset, hasMore, turn }: PagesProps) {
  if (shown === 0 && offset === 0) return null;
  return (
    <Group justify="space-between" mt="xs">
      <Text c="dimmed" fz="sm" role="status">
        {count(offset + Math.min(1, shown))}–{count(offset + shown)}
        {total === null ? '' : ` of ${count(total)}`}
      </Text>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={offset === 0}
          onClick={() => turn(Math.max(0, offset - recordsAtOnce))}
        >
          Earlier
        </Button>
        <Button size="compact-sm" variant="default" disabled={!hasMore} onClick={() => turn(offset + recordsAtOnce)}>
          Later
        </Button>
      </Group>
    </Group>
  );
}
