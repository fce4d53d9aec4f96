import { Checkbox, Table, TagsInput, Text, TextInput, Tooltip } from '@mantine/core';
import { type FieldType, fieldTypes, type TableField, type TableSchema } from '../api/table-schema.ts';
import { cellText } from '../explorer/cell-text.ts';
import { FindSelect } from '../ui/find-select.tsx';
import { Section } from '../ui/section.tsx';
import type { ReviewForm } from './review-form.ts';

interface SchemaFormProps {
  form: ReviewForm;
  proposed: TableSchema;
  rows: Record<string, unknown>[];
  onChange: (form: ReviewForm) => void;
}

/** Types, names, missing values and the key, as proposed from all rows of the file. */
export function SchemaForm({ form, proposed, rows, onChange }: SchemaFormProps) {
  const change = (index: number, part: Partial<TableField>) =>
    onChange({ ...form, fields: form.fields.with(index, { ...form.fields[index]!, ...part }) });
  const rename = (index: number, name: string) => {
    const old = form.fields[index]!.name;
    const fields = form.fields.with(index, { ...form.fields[index]!, name });
    onChange({ ...form, fields, key: form.key.map((other) => (other === old ? name : other)) });
  };
  const toggleKey = (name: string) =>
    onChange({
      ...form,
      key: form.key.includes(name) ? form.key.filter((other) => other !== name) : [...form.key, name],
    });
  return (
    <Section title="Columns" about="Proposed from every row of the file. Change what was misunderstood.">
      <div className="scroll-x">
        <Table miw={760} verticalSpacing={5}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th w={150}>Type</Table.Th>
              <Table.Th w={90} ta="end">
                <Tooltip label="Share of the values that fit the proposed type">
                  <span>Certainty</span>
                </Tooltip>
              </Table.Th>
              <Table.Th w={60}>Key</Table.Th>
              <Table.Th w={90}>Required</Table.Th>
              <Table.Th w={170}>Also empty</Table.Th>
              <Table.Th>For example</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numbers">
            {form.fields.map((field, index) => (
              <Table.Tr key={proposed.fields[index]?.name ?? field.name}>
                <Table.Td>
                  <TextInput
                    size="xs"
                    variant="unstyled"
                    aria-label={`Name of column ${proposed.fields[index]?.name}`}
                    value={field.name}
                    onChange={(event) => rename(index, event.currentTarget.value)}
                    error={field.name.trim() === '' ? 'A column needs a name' : undefined}
                    styles={{ input: { height: 24, minHeight: 24, fontWeight: 560, fontSize: 13 } }}
                  />
                  <TextInput
                    size="xs"
                    variant="unstyled"
                    placeholder="Add a title"
                    aria-label={`Title of ${field.name}`}
                    value={field.title ?? ''}
                    onChange={(event) => change(index, { title: event.currentTarget.value })}
                    styles={{ input: { height: 24, minHeight: 24, color: 'var(--muted)' } }}
                  />
                </Table.Td>
                <Table.Td>
                  <FindSelect
                    size="xs"
                    aria-label={`Type of ${field.name}`}
                    data={fieldTypes.map((type) => ({ value: type, label: type }))}
                    value={field.type}
                    onChange={(type) => type !== null && change(index, withType(field, type as FieldType))}
                  />
                </Table.Td>
                <Table.Td ta="end">
                  <Certainty field={proposed.fields[index]} changed={proposed.fields[index]?.type !== field.type} />
                </Table.Td>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    aria-label={`${field.name} is part of the key`}
                    checked={form.key.includes(field.name)}
                    onChange={() => toggleKey(field.name)}
                  />
                </Table.Td>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    aria-label={`${field.name} is required`}
                    checked={field.constraints?.required === true}
                    onChange={(event) =>
                      change(index, { constraints: { ...field.constraints, required: event.currentTarget.checked } })
                    }
                  />
                </Table.Td>
                <Table.Td>
                  <TagsInput
                    size="xs"
                    aria-label={`Texts that mean empty in ${field.name}`}
                    placeholder={field.missingValues === undefined ? 'e.g. n/a' : ''}
                    value={missingOf(field)}
                    onChange={(values) => change(index, { missingValues: ['', ...values] })}
                  />
                </Table.Td>
                <Table.Td
                  c="dimmed"
                  maw={200}
                  style={{ whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}
                >
                  {examplesOf(rows, proposed.fields[index]?.name ?? field.name)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Section>
  );
}

function Certainty({ field, changed }: { field: TableField | undefined; changed: boolean }) {
  if (changed) return <Text fz="xs">your choice</Text>;
  if (field?.confidence === undefined) return <Text fz="xs">declared</Text>;
  const share = Math.floor(field.confidence * 1000) / 10;
  return (
    <Text fz="sm" c={share < 100 ? 'var(--ink-warning)' : undefined}>
      {share} %
    </Text>
  );
}

/** What belonged to the old type says nothing about the new one. */
function withType(field: TableField, type: FieldType): Partial<TableField> {
  const { format: _, decimalChar: __, groupChar: ___, trueValues: ____, falseValues: _____, ...rest } = field;
  return { ...rest, type };
}

const missingOf = (field: TableField): string[] =>
  (field.missingValues ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.value)).filter(Boolean);

function examplesOf(rows: Record<string, unknown>[], name: string): string {
  const seen = new Set<string>();
  for (const row of rows) {
    const text = cellText(row[name]);
    if (text !== '') seen.add(text);
    if (seen.size === 3) break;
  }
  return [...seen].join(', ');
}
