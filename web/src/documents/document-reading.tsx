import { Button, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type Details, detailsQuery, type SourceDocument } from '../api/documents.ts';
import { Fact } from '../ui/fact.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { Section } from '../ui/section.tsx';
import { useMay } from '../ui/use-may.ts';
import { choicesOf, labelOf, wordsOfDetail } from './detail-words.ts';
import { ReadingForm } from './reading-form.tsx';

/** What somebody declared of how the file is read; all else is found out from whole columns. */
export function DocumentReading({ document }: { document: SourceDocument }) {
  const details = useQuery(detailsQuery(document.id)).data;
  const may = useMay();
  const [changing, { open, close }] = useDisclosure();
  return (
    <Section
      title="How it is read"
      about="What is not said here is found out from whole columns; where more than one reading is left, the cell needs a look."
      actions={
        may.change(document) && (
          <Button size="compact-sm" variant="default" disabled={details === undefined} onClick={open}>
            Change how it is read
          </Button>
        )
      }
    >
      {details !== undefined && <Declared details={details} />}
      <FormModal opened={changing} onClose={close} title={`How ${document.doc_title} is read`} size="lg">
        {details !== undefined && <ReadingForm document={document} details={details} close={close} />}
      </FormModal>
    </Section>
  );
}

function Declared({ details }: { details: Details }) {
  const given = Object.entries(details).filter((one): one is [string, string] => one[1] !== undefined);
  if (given.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        Nothing is declared.
      </Text>
    );
  }
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
      {given.map(([name, value]) => (
        <Fact key={name} label={labelOf(name)}>
          {choicesOf(name)?.find((choice) => choice.value === value)?.label ?? wordsOfDetail(name, value)}
        </Fact>
      ))}
    </SimpleGrid>
  );
}
