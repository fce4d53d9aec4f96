import type { Context } from '../platform/context.ts';
import { newsOfRun, type RunNews, type StoredLine } from './store.ts';
import { type RunWatch, watchRun } from './watch-run.ts';

/** Lines kept for those who are up to date; whoever lags behind reads from the table. */
const keptLines = 1000;

const readers = new WeakMap<Context, Map<string, RunReader>>();

/** One reader of a run for all who follow it in this process. Undefined when the run does not exist. */
export async function openReader(context: Context, id: string): Promise<RunReader | undefined> {
  const group = readers.get(context) ?? new Map<string, RunReader>();
  readers.set(context, group);
  let reader = group.get(id);
  if (reader === undefined) {
    reader = new RunReader(context, id, () => group.delete(id));
    group.set(id, reader);
  }
  reader.join();
  await reader.opened;
  if (reader.news !== undefined) return reader;
  reader.leave();
  return undefined;
}

export class RunReader {
  readonly opened: Promise<void>;
  /** State and number of the newest line, from one snapshot. */
  news: RunNews | undefined;
  #context: Context;
  #id: string;
  #watch: RunWatch;
  #forget: () => void;
  #followers = 0;
  #lines: StoredLine[] = [];
  #reading = false;
  #again = false;
  #wake = Promise.withResolvers<void>();

  constructor(context: Context, id: string, forget: () => void) {
    this.#context = context;
    this.#id = id;
    this.#forget = forget;
    this.#watch = watchRun(context, id, () => void this.#read());
    this.opened = this.#watch.ready.then(() => this.#load());
    this.opened.catch(() => undefined);
  }

  join(): void {
    this.#followers += 1;
  }

  leave(): void {
    this.#followers -= 1;
    if (this.#followers > 0) return;
    this.#watch.close();
    this.#forget();
  }

  /** Resolves at the next change. Take it before looking. */
  get changed(): Promise<void> {
    return this.#wake.promise;
  }

  /** The lines after one, or undefined where only the table has them. */
  linesAfter(seq: number): StoredLine[] | undefined {
    const first = this.#lines[0];
    return first !== undefined && first.seq <= seq + 1 ? this.#lines.slice(seq + 1 - first.seq) : undefined;
  }

  /** One read at a time; a message that comes meanwhile makes one more. */
  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#load();
      }
    } catch (error) {
      this.#context.log.debug({ err: error, runId: this.#id }, 'run not read, trying again with the next message');
    } finally {
      this.#reading = false;
    }
  }

  async #load(): Promise<void> {
    const afterSeq = this.news?.logSeq;
    const read = await newsOfRun(this.#context.db, this.#id, afterSeq, keptLines);
    if (read === undefined) return;
    const { lines, ...news } = read;
    // More lines than fit, or lines removed meanwhile: what is kept must be without holes.
    const isWhole = lines.length > 0 && lines.length === news.logSeq - (afterSeq ?? news.logSeq);
    if (isWhole) this.#lines = [...this.#lines, ...lines].slice(-keptLines);
    else if (news.logSeq !== afterSeq) this.#lines = [];
    this.news = news;
    const woken = this.#wake;
    this.#wake = Promise.withResolvers<void>();
    woken.resolve();
  }
}
