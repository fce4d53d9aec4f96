import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a cursor says: a place in one order of one filter of one resource. Opaque and signed outside. */
export interface Cursor {
  resource: string;
  /** The filters it belongs to, as received. */
  filters: Record<string, string>;
  order: string;
  back: boolean;
  values: (string | null)[];
  offset: number;
}

export function writeCursor(cursor: Cursor, key: Buffer): string {
  const { resource, filters, order, back, values, offset } = cursor;
  const payload = Buffer.from(JSON.stringify([resource, filters, order, back ? 1 : 0, values, offset])).toString(
    'base64url',
  );
  return `${payload}.${signatureOf(payload, key)}`;
}

/** Undefined: not one of ours, or changed on the way. */
export function readCursor(text: string, key: Buffer): Cursor | undefined {
  const [payload, signature, ...rest] = text.split('.');
  if (!payload || !signature || rest.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(payload, key));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const [resource, filters, order, back, values, offset] = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return { resource, filters, order, back: back === 1, values, offset };
}

function signatureOf(payload: string, key: Buffer): string {
  return createHmac('sha256', key).update(payload).digest().subarray(0, 16).toString('base64url');
}
