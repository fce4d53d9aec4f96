import type { Readable } from 'node:stream';

export interface FetchRequest {
  /** Default GET. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Largest body, as sent and after unpacking. */
  maxBytes: number;
  /** Default 5. */
  maxRedirects?: number;
  /** Default 30 min for everything, the body included. */
  totalMs?: number;
  /** Plain http only to targets of the allow-list; default false. */
  httpsOnly?: boolean;
  signal?: AbortSignal;
}

export interface Fetched {
  status: number;
  /** Names in lower case; several of one name joined by a comma. */
  headers: Record<string, string>;
  /** Where the last redirect led, without user and password. */
  url: string;
  redirects: number;
  /** Unpacked. Must be read or destroyed. Over the limit, cut off or too slow, it fails with an AppError. */
  body: Readable;
}
