/** A number as it was written: `1.10` stays `1.10`, and no digit of a long id is lost. */
export interface ExactNumber {
  rawJSON: string;
}

export type ExactJson = null | boolean | string | number | ExactNumber | ExactJson[] | { [key: string]: ExactJson };

interface ExactParser {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): ExactJson;
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
}

/** Node has these since 22 (V8 11.4); TypeScript's library has no types for them yet. */
const exact = JSON as unknown as ExactParser;

/** A fraction, an exponent, sixteen digits or a negative zero: what `JSON.parse` may not give back as written. */
const lossy = /\d[.eE]|\d{16}|-0/;

/** Parses JSON without touching number texts. The slow way, a reviver for every value, is taken only when it could matter. */
export function parseExact(text: string): ExactJson {
  if (!lossy.test(text)) return JSON.parse(text) as ExactJson;
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exact.rawJSON(source) : value,
  );
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return exact.isRawJSON(value);
}
