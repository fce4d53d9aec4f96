import type { Context } from '../platform/context.ts';
import { listen, type Subscription } from '../platform/db/index.ts';
import type { Attempt } from './live-run.ts';
import { renewLeases, runChannel } from './store.ts';

const all = new WeakMap<Context, LiveRuns>();

/** The attempts this process works on. */
export function liveRunsOf(context: Context): LiveRuns {
  let live = all.get(context);
  if (live === undefined) {
    live = new LiveRuns(context);
    all.set(context, live);
  }
  return live;
}

/** How long the timer and the subscription outlive the last attempt: runs come in series. */
const lingerMs = 2_000;

/**
 * Keeps the leases of all attempts with one statement each third of a lease, and hears of cancellations. An attempt
 * whose lease could not be renewed in time is stopped before anybody else may begin it.
 */
class LiveRuns {
  #context: Context;
  /** By attempt: this process may begin a run anew while a lost attempt of it has not yet heard of that. */
  #attempts = new Map<Attempt, { keptUntil: number }>();
  #timer: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #subscription: Subscription | undefined;
  #renewing = false;

  constructor(context: Context) {
    this.#context = context;
  }

  add(attempt: Attempt, claimedAtMs: number): void {
    this.#attempts.set(attempt, { keptUntil: claimedAtMs + this.#leaseMs });
    clearTimeout(this.#linger);
    this.#timer ??= setInterval(() => void this.#renew(), this.#leaseMs / 3).unref();
    this.#subscription ??= listen(this.#context.db, runChannel, {
      message: (payload) => {
        const [id, state] = payload.split(' ');
        if (state !== 'cancelling') return;
        for (const live of this.#attempts.keys()) if (live.claimed.id === id) live.stop('cancelled');
      },
      listening: () => void this.#renew(),
    });
  }

  remove(attempt: Attempt): void {
    this.#attempts.delete(attempt);
    if (this.#attempts.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      clearInterval(this.#timer);
      this.#subscription?.close();
      this.#timer = undefined;
      this.#subscription = undefined;
    }, lingerMs).unref();
  }

  get #leaseMs(): number {
    return this.#context.config.runLeaseSeconds * 1000;
  }

  async #renew(): Promise<void> {
    this.#stopExpired();
    if (this.#renewing || this.#attempts.size === 0) return;
    this.#renewing = true;
    // Measured from before the statement, so that we always believe the lease to end before the database does.
    const sentAt = performance.now();
    try {
      const mine = [...this.#attempts.keys()];
      const claims = mine.map((live) => live.claimed);
      const states = await renewLeases(this.#context.db, claims, this.#context.config.runLeaseSeconds);
      for (const { n, state } of states) {
        const live = mine[n - 1]!;
        const kept = this.#attempts.get(live);
        if (kept === undefined) continue;
        if (state === null) {
          // Its own success is no loss; the handler returns soon.
          if (!live.mayHaveEnded) live.stop('lost');
        } else {
          kept.keptUntil = sentAt + this.#leaseMs;
          if (state === 'cancelling') live.stop('cancelled');
        }
      }
    } catch (error) {
      this.#context.log.warn({ err: error }, 'leases not renewed, trying again');
      setTimeout(() => void this.#renew(), Math.min(500, this.#leaseMs / 10)).unref();
    } finally {
      this.#renewing = false;
    }
  }

  #stopExpired(): void {
    const now = performance.now();
    for (const [live, { keptUntil }] of this.#attempts) if (keptUntil < now) live.stop('lost');
  }
}
