import { createHmac } from 'node:crypto';

/** Value of `Granary-Signature` (contract flows §11): HMAC-SHA256 of `t.body`, `t` in Unix seconds. */
export function signBody(secret: string, unixSeconds: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${digest}`;
}
