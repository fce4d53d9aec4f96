import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { documentsQuery } from '../api/documents.ts';
import { FormModal } from '../ui/form-modal.tsx';
import { ago, bytes } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useMay } from '../ui/use-may.ts';
import { SendForm } from './send-form.tsx';
import { stateWords } from './state-words.ts';

export function DocumentsPage() {
  const documents = useInfiniteQuery(documentsQuery);
  const may = useMay();
  const [sending, { open, close }] = useDisclosure();
  const send = may.capture ? (
    <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={open}>
      Upload a document
    </Button>
  ) : undefined;
  return (
    <Page
      title="Documents"
      about="Files of indicator data: rows are places and periods, columns are indicators."
      actions={send}
    >
      <Loaded query={documents}>
        {({ pages }) =>
          pages[0]?.objects.length === 0 ? (
            <Nothing icon={IconFileSpreadsheet} title="No document yet" action={send}>
              A spreadsheet with a column for the place, one for the campaign or day, and one for each indicator. What
              it calls things is mapped once and remembered.
            </Nothing>
          ) : (
            <Stack gap={0}>
              <div className="panel rows">
                {pages
                  .flatMap(({ objects }) => objects)
                  .map((one) => (
                    <Link key={one.id} to={`/documents/${one.id}` as never} className="row-link">
                      <Group justify="space-between" wrap="nowrap" px="md" py={10}>
                        <div style={{ minWidth: 0 }}>
                          <Text fw={580} truncate>
                            {one.doc_title}
                          </Text>
                          <Text c="dimmed" fz="sm">
                            {bytes(one.bytes)}, {ago(one.created_at)}
                          </Text>
                        </div>
                        {/* Whether its values count, others of the same cells decide: its page tells. */}
                        <Badge color={stateWords[one.state].color} style={{ flexShrink: 0 }}>
                          {one.state === 'processed' ? 'read' : stateWords[one.state].label}
                        </Badge>
                      </Group>
                    </Link>
                  ))}
              </div>
              <MoreButton query={documents} />
            </Stack>
          )
        }
      </Loaded>
      <FormModal opened={sending} onClose={close} title="Upload a document">
        <SendForm close={close} />
      </FormModal>
    </Page>
  );
}
