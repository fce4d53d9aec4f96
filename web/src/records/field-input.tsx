import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import type { FieldSchema } from '../api/records.ts';
import { capital } from './record-words.ts';
import { ReferenceInput } from './reference-input.tsx';

/** What stands in the field of a form; null where it is left empty. */
export type FieldText = string | boolean | null;

export function textOf(value: unknown): FieldText {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** What is sent for it, or what is wrong with it. */
export function readText(text: FieldText, field: FieldSchema): { value?: unknown; problem?: string } {
  if (text === null || text === '') return { value: field.nullable ? null : '' };
  if (typeof text === 'boolean') return { value: text };
  switch (field.type) {
    case 'integer':
      // Some take other words for it: a user is known by an e-mail address as well. The server says what is wrong.
      return { value: /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : text.trim() };
    case 'float':
      return Number.isFinite(Number(text)) && text.trim() !== ''
        ? { value: Number(text) }
        : { problem: 'A number: 12.5' };
    case 'list':
    case 'dict':
      return readJson(text, field.type);
    case 'related':
      return { value: /^\d+$/.test(text) ? Number(text) : text };
    default:
      return { value: text };
  }
}

function readJson(text: string, type: 'list' | 'dict'): { value?: unknown; problem?: string } {
  const problem = type === 'list' ? 'A list as JSON: ["one", "two"]' : 'An object as JSON: {"name": "value"}';
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && (type === 'dict' || Array.isArray(value))
      ? { value }
      : { problem };
  } catch {
    return { problem };
  }
}

interface FieldInputProps {
  name: string;
  field: FieldSchema;
  isRequired: boolean;
  text: FieldText;
  change: (text: FieldText) => void;
  problem: string | undefined;
}

/** The input that fits the field's type. */
export function FieldInput({ name, field, isRequired, text, change, problem }: FieldInputProps) {
  const label = field.verbose_name.replace(/ id$/, '') || name;
  const common = {
    label: capital(label),
    description: field.help_text === '' ? undefined : field.help_text,
    required: isRequired,
    error: problem,
  };
  const typed = typeof text === 'string' ? text : '';
  const onChange = (event: { currentTarget: { value: string } }) => change(event.currentTarget.value);
  if (field.choices !== null) {
    return (
      <Select
        {...common}
        data={field.choices.map(String)}
        value={typed === '' ? null : typed}
        onChange={change}
        clearable={field.nullable}
      />
    );
  }
  if (field.related_to !== null) {
    return <ReferenceInput {...common} resource={field.related_to} value={typed} change={change} />;
  }
  switch (field.type) {
    case 'boolean':
      return field.nullable ? (
        <Select
          {...common}
          data={[
            { value: 'true', label: 'yes' },
            { value: 'false', label: 'no' },
          ]}
          value={text === null ? null : String(text)}
          onChange={(next) => change(next === null ? null : next === 'true')}
          clearable
        />
      ) : (
        <Checkbox
          label={common.label}
          description={common.description}
          error={common.error}
          checked={text === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case 'list':
    case 'dict':
      return (
        <Textarea {...common} autosize minRows={2} maxRows={14} ff="monospace" value={typed} onChange={onChange} />
      );
    case 'date':
      return <TextInput {...common} type="date" value={typed} onChange={onChange} />;
    case 'integer':
    case 'float':
      return <TextInput {...common} inputMode="text" autoComplete="off" value={typed} onChange={onChange} />;
    default:
      return <TextInput {...common} autoComplete="off" value={typed} onChange={onChange} />;
  }
}
