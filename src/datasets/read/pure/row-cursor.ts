import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A place in one order of one filter of one revision; opaque and signed outside. */
export interface RowCursor {
  datasetId: string;
  revision: number;
  /** The parameters that decide rows and order. */
  parameters: [string, string][];
  /** The last row seen: its position in the table, or for distinct rows how many were seen. */
  position: string;
}

export function writeCursor({ datasetId, revision, parameters, position }: RowCursor, key: Buffer): string {
  const payload = deflateRawSync(JSON.stringify([datasetId, revision, parameters, position])).toString('base64url');
  return `${payload}.${signatureOf(payload, key)}`;
}

/** Undefined: not one of ours, or changed on the way. */
export function readCursor(text: string, key: Buffer): RowCursor | undefined {
  const [payload, signature, ...rest] = text.split('.');
  if (!payload || !signature || rest.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(payload, key));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const [datasetId, revision, parameters, position] = JSON.parse(
    inflateRawSync(Buffer.from(payload, 'base64url')).toString(),
  ) as [string, number, [string, string][], string];
  return { datasetId, revision, parameters, position };
}

function signatureOf(payload: string, key: Buffer): string {
  return createHmac('sha256', key).update(payload).digest().subarray(0, 16).toString('base64url');
}
