import type { Readable } from 'node:stream';

/** Content-addressed bytes: the name of a blob is the lower-case hex sha256 of its content, so it never changes. */
export interface Blobs {
  /**
   * Streams into a temporary place, counting and hashing, and gives the blob its name only when everything is there
   * and on disk. Over `maxBytes` → `upload_too_large`; no space → `storage_full`; a source that breaks off leaves
   * nothing behind. The same content twice is stored once. A refused source is left unread, not destroyed, so that
   * its connection can still carry the refusal.
   */
  put(source: Readable, options: PutOptions): Promise<StoredBlob>;
  /** Takes over a finished local file: moved where possible, gone afterwards in any case. */
  putFile(file: string): Promise<StoredBlob>;
  /** Undefined when there is no such blob; anything but 64 hex digits names none. */
  stat(sha256: string): Promise<{ bytes: number } | undefined>;
  /**
   * `start` and `end` are byte positions, both inclusive; an `end` behind the last byte means the last byte. Throws
   * `blob_missing`, and `range_not_satisfiable` when there is no byte at `start`.
   */
  open(sha256: string, range?: { start: number; end: number }): Promise<Readable>;
  /** The blob as a file DuckDB and others can read; on S3 a copy below `workFolder`, which the caller removes. Throws `blob_missing`. */
  localFile(sha256: string, workFolder: string): Promise<string>;
  delete(sha256: string): Promise<void>;
  /** Everything stored, for the sweep of unreferenced blobs. */
  list(): AsyncIterable<{ sha256: string; bytes: number; modifiedAt: Date }>;
  /** Removes leftovers of broken transfers older than the given age; returns how many. */
  sweepTemporary(olderThanSeconds: number): Promise<number>;
}

export interface PutOptions {
  maxBytes: number;
  /** Further digests wanted beside sha256, to compare with what the sender claimed. */
  digests?: ('md5' | 'sha512')[];
  signal?: AbortSignal;
  onProgress?: (bytes: number) => void;
}

export interface StoredBlob {
  sha256: string;
  bytes: number;
  /** True when the same content was there before. */
  existed: boolean;
  /** Hex; only those asked for. */
  digests: { md5?: string; sha512?: string };
}
