import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { literal, type Tabular } from '../../platform/tabular/index.ts';
import type { Relation, SourceTable } from '../../recipes/index.ts';
import type { Remembered } from '../cache-store.ts';
import type { FlowRun } from '../flow-run.ts';
import type { JsonObject } from '../pure/flow-spec.ts';
import type { EngineContext as Context } from './engine-context.ts';
import { place } from './get-sources.ts';

/**
 * Outcomes of earlier runs, of whoever's flows: a name is made of the hashes of bytes this run has at hand, to which its rights were
 * checked when it got them. Kept as Parquet among the blobs.
 */
export class Memory {
  readonly #context: Context;
  readonly #run: FlowRun;
  readonly #tabular: Tabular;
  /** By table: hash, and the file it lies on. */
  readonly #kept = new Map<string, { sha256: string; file: string }>();
  #made = 0;

  constructor(context: Context, run: FlowRun, tabular: Tabular) {
    this.#context = context;
    this.#run = run;
    this.#tabular = tabular;
  }

  /** Of these names the last one that is remembered with all its bytes. */
  async recall(keys: readonly string[]): Promise<{ index: number; outcome: Remembered } | undefined> {
    const found = new Map((await this.#run.recall([...keys])).map((one) => [one.key, one]));
    for (const [index, key] of [...keys.entries()].reverse()) {
      const outcome = found.get(key);
      if (outcome === undefined) continue;
      if (await this.#isWhole(outcome)) return { index, outcome };
      await this.#run.forget(key);
    }
    return undefined;
  }

  /** A source as it was read before, or as `load` reads it now. */
  async staged(
    key: string,
    table: string,
    load: () => Promise<SourceTable>,
  ): Promise<{ source: SourceTable; cached: boolean }> {
    const known = await this.recall([key]);
    if (known !== undefined) return { source: await this.#stagedBefore(known.outcome, table), cached: true };
    const source = await load();
    if (!this.#run.remembers) return { source, cached: false };
    const { table: _, rejects, ...about } = source;
    const parts: Record<string, string> = { rows: await this.put(source.table) };
    if (rejects !== undefined) parts.rejects = await this.put(rejects.table);
    const counts = rejects?.counts ?? null;
    await this.#run.remember({ key, about: { source: about, counts } as unknown as JsonObject, parts });
    return { source, cached: false };
  }

  async #stagedBefore({ about, parts }: Remembered, table: string): Promise<SourceTable> {
    const { source, counts } = about as unknown as {
      source: Omit<SourceTable, 'table' | 'rejects'>;
      counts: NonNullable<SourceTable['rejects']>['counts'] | null;
    };
    // Tables, not views: rows the policy mends are added.
    await this.openTable(parts.rows!, table);
    if (counts === null) return { ...source, table, rejects: undefined };
    await this.openTable(parts.rejects!, `${table}_rejects`);
    return { ...source, table, rejects: { table: `${table}_rejects`, counts } };
  }

  /** Keeps the rows of a table, and answers the hash. */
  async put(table: string, to = this.#file()): Promise<string> {
    await this.#tabular.run(`copy (select * from ${table}) to ${literal(to)} (format parquet, compression zstd)`);
    const blob = await this.#context.blobs.put(createReadStream(to), { maxBytes: Number.POSITIVE_INFINITY });
    return blob.sha256;
  }

  /** The same relation on a file: nobody computes it again. A relation is written once. */
  async keep(relation: Relation): Promise<{ relation: Relation; sha256: string }> {
    const known = this.#kept.get(relation.table);
    if (known !== undefined) return { relation, sha256: known.sha256 };
    const file = this.#file();
    const sha256 = await this.put(relation.table, file);
    return { relation: await this.#onFile(relation, sha256, file), sha256 };
  }

  /** A relation as it was kept. */
  async reopen(relation: Omit<Relation, 'table'>, sha256: string): Promise<Relation> {
    const file = this.#file();
    await place(await this.#context.blobs.localFile(sha256, this.#run.folder), file);
    return this.#onFile(relation, sha256, file);
  }

  async #onFile(relation: Omit<Relation, 'table'>, sha256: string, file: string): Promise<Relation> {
    const table = `kept_${this.#made}`;
    await this.#tabular.run(`create view ${table} as select * from read_parquet(${literal(file)})`);
    this.#kept.set(table, { sha256, file });
    return { ...relation, table };
  }

  /** What nobody needs any more; other tables are left alone. */
  async drop(table: string): Promise<void> {
    const kept = this.#kept.get(table);
    if (kept === undefined) return;
    this.#kept.delete(table);
    await this.#tabular.run(`drop view if exists ${table}`);
    await rm(kept.file, { force: true });
  }

  /** The rows of a table that was kept, under this name. */
  async openTable(sha256: string, table: string): Promise<void> {
    const file = this.#file();
    await place(await this.#context.blobs.localFile(sha256, this.#run.folder), file);
    await this.#tabular.run(`create or replace table ${table} as select * from read_parquet(${literal(file)})`);
    await rm(file, { force: true });
  }

  async #isWhole({ parts }: Remembered): Promise<boolean> {
    for (const sha256 of Object.values(parts)) if ((await this.#context.blobs.stat(sha256)) === undefined) return false;
    return true;
  }

  #file(): string {
    this.#made += 1;
    return path.join(this.#run.folder, `kept-${this.#made}.parquet`);
  }
}
