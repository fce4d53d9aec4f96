import type { Json } from './run.ts';

export const maxTextLength = 10_000;

/** PostgreSQL stores neither NUL nor half a surrogate pair; programs print both. */
export function storableText(text: string): string {
  const whole = text.toWellFormed().replaceAll('\0', '\uFFFD');
  return whole.length <= maxTextLength
    ? whole
    : `${whole.slice(0, maxTextLength).toWellFormed()}… [${whole.length - maxTextLength} characters cut]`;
}

/** JSON text that `jsonb` accepts. */
export function storableJson(value: Json): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\uFFFD') : part,
  );
}
