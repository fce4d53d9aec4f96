import { TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { fromPercent, toPercent } from './number-text.ts';
import { readNumber } from './read-number.ts';

interface Rules {
  min?: number;
  max?: number;
  isWhole?: boolean;
  /** Typed in per cent, with or without the sign, and kept as the share: 10 is 0.1. */
  isPercent?: boolean;
}

interface NumberFieldProps extends Rules, Omit<TextInputProps, 'value' | 'onChange' | 'min' | 'max' | 'type'> {
  /** Null: empty, or what is typed is no number that fits. Then the form around it is not sent. */
  value: number | null;
  onChange: (value: number | null) => void;
}

/**
 * A number, read as cells of the data entry are. The text stays as it is typed, whatever is on its way to a number
 * (`12.`, `-`), and what is wrong with it is said at once: a number is never made to fit unseen.
 */
export function NumberField({ value, onChange, min, max, isWhole, isPercent, error, ...more }: NumberFieldProps) {
  const rules = { min, max, isWhole, isPercent } as Rules;
  const [typed, setTyped] = useState('');
  // Another value than what is typed comes from outside.
  const text = read(typed, rules).value === value ? typed : textOf(value, isPercent);
  const { problem } = read(text, rules);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.setCustomValidity(problem ?? ''), [problem]);
  return (
    <TextInput
      {...more}
      ref={field}
      autoComplete="off"
      // The number keys of some phones lack the minus.
      {...(min === undefined || min < 0 ? {} : { inputMode: isWhole ? 'numeric' : 'decimal' })}
      value={text}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(read(event.currentTarget.value, rules).value);
      }}
      error={problem ?? error}
    />
  );
}

const textOf = (value: number | null, isPercent = false): string =>
  value === null ? '' : String(isPercent ? toPercent(value) : value).replace('e+', 'e');

function read(text: string, rules: Rules): { value: number | null; problem?: string } {
  const given = text.trim().replace(/−/g, '-');
  if (given === '') return { value: null };
  const refused = (problem: string) => ({ value: null, problem });
  const { min, max, isWhole = false, isPercent = false } = rules;
  const number = readNumber(isPercent ? given.replace(/\s*%$/, '') : given, isWhole);
  if (number === undefined) return refused(isWhole ? 'A whole number' : 'A number: 1200 or 12.5');
  if (typeof number !== 'number')
    return refused(`${Math.min(...number)} or ${Math.max(...number)}? Write it without a comma`);
  if (isWhole && !Number.isInteger(number)) return refused('A whole number');
  if (number < (min ?? number) || number > (max ?? number)) {
    return refused(
      max === undefined ? `Not below ${min}` : min === undefined ? `Not above ${max}` : `From ${min} to ${max}`,
    );
  }
  return { value: isPercent ? fromPercent(number) : number };
}
