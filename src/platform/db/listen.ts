import pg from 'pg';
import type { Db } from './db.ts';

export interface Subscriber {
  message(payload: string): void;
  /** Listening has begun, or begun again after a break: read what was missed. */
  listening(): void;
}

export interface Subscription {
  /** Resolves when messages arrive from now on; a database that is away delays it. */
  ready: Promise<void>;
  close(): void;
}

const listeners = new WeakMap<Db, Listener>();

/**
 * Receives NOTIFY messages. All subscribers of a process share one connection of its own, outside of the pool, which
 * comes back after a break. Messages are hints: whoever gets one reads the truth from its tables.
 */
export function listen(db: Db, channel: string, subscriber: Subscriber): Subscription {
  let listener = listeners.get(db);
  if (listener === undefined) {
    listener = new Listener(db.pool.options.connectionString ?? '');
    listeners.set(db, listener);
  }
  return listener.subscribe(channel, subscriber);
}

/** For the end of the process: closes the connection, whoever still listens. */
export async function stopListening(db: Db): Promise<void> {
  await listeners.get(db)?.stop();
}

/** How long an unused connection is kept: waits come in series. */
const lingerMs = 5_000;
/** A connection that died without a word is noticed by this. */
const checkMs = 15_000;

class Listener {
  #subscribers = new Map<string, Set<Subscriber>>();
  #client: pg.Client | undefined;
  /** What the present connection listens to. */
  #channels = new Set<string>();
  #connecting: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;
  #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  subscribe(channel: string, subscriber: Subscriber): Subscription {
    clearTimeout(this.#linger);
    const group = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, group.add(subscriber));
    const ready = this.#connect().then(() => this.#listenTo(channel));
    return { ready, close: () => this.#unsubscribe(channel, subscriber) };
  }

  /** The channel may be new to a connection that was there already. */
  async #listenTo(channel: string): Promise<void> {
    if (this.#channels.has(channel)) return;
    // A connection that breaks under this comes back listening to it.
    await this.#client?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
    this.#channels.add(channel);
  }

  #unsubscribe(channel: string, subscriber: Subscriber): void {
    this.#subscribers.get(channel)?.delete(subscriber);
    if (this.#wanted()) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => void this.#close(), lingerMs).unref();
  }

  #wanted(): boolean {
    return [...this.#subscribers.values()].some((group) => group.size > 0);
  }

  #connect(): Promise<void> {
    if (this.#client !== undefined) return Promise.resolve();
    this.#connecting ??= this.#connectUntilThere().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connectUntilThere(): Promise<void> {
    for (let delayMs = 50; this.#wanted(); delayMs = Math.min(2 * delayMs, 2_000)) {
      const client = new pg.Client({
        connectionString: this.#url,
        application_name: 'granary listen',
        connectionTimeoutMillis: 10_000,
        query_timeout: 10_000,
        keepAlive: true,
      });
      let broken = false;
      client.on('error', () => {
        broken = true;
        this.#lost(client);
      });
      client.on('end', () => {
        broken = true;
        this.#lost(client);
      });
      client.on('notification', (message) => {
        for (const subscriber of this.#subscribers.get(message.channel) ?? [])
          subscriber.message(message.payload ?? '');
      });
      try {
        await client.connect();
        const channels = [...this.#subscribers.keys()];
        for (const channel of channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
        if (broken) throw new Error('connection lost');
        this.#client = client;
        this.#channels = new Set(channels);
        this.#check = setInterval(() => {
          client.query('select 1').catch(() => this.#lost(client));
        }, checkMs).unref();
        for (const group of this.#subscribers.values()) for (const subscriber of [...group]) subscriber.listening();
        return;
      } catch {
        client.end().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#forget();
    client.end().catch(() => undefined);
    if (this.#wanted()) void this.#connect();
  }

  #forget(): void {
    clearInterval(this.#check);
    this.#client = undefined;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#linger);
    const client = this.#client;
    this.#forget();
    await client?.end().catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#subscribers.clear();
    await this.#connecting;
    await this.#close();
  }
}
