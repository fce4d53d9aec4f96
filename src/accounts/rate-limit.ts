import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { type App, rateLimited } from '../platform/http/index.ts';
import { requireSignedIn } from './access/demand.ts';
import { forbidden, noRateLimit } from './errors.ts';
import { networkOf } from './pure/network-of.ts';

/** Contract scripts §4.7. `general` follows GRANARY_RATE_LIMIT; 0 there switches all limits off. */
const buckets = {
  general: { windows: [], adminsExempt: true },
  'sign-in': { windows: [minute(60), hour(600)], adminsExempt: false },
  recover: { windows: [minute(1), hour(3)], adminsExempt: false },
  'create-user': { windows: [hour(100)], adminsExempt: true },
  run: { windows: [minute(30), hour(200)], adminsExempt: true },
} satisfies Record<string, { windows: Window[]; adminsExempt: boolean }>;

export type Bucket = keyof typeof buckets;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: the general limit. False: none. */
    rateLimit?: Bucket | false;
  }
}

interface Window {
  seconds: number;
  limit: number;
}
interface Count {
  used: number;
  resetsAt: number;
}

const unlimited = new Set(['/livez', '/readyz', '/metrics', '/ping', '/api-health']);
const counters = new WeakMap<Context, Map<string, Count>>();
/** Full windows are thrown away when there are more than this many; one entry is about 100 bytes. */
const sweepAbove = 50_000;

/**
 * Fixed windows, counted in this process: with several API processes each has its own, so the real limit is at most
 * their number times higher. Key: the user if the credential is good, else the caller's network.
 */
export function limitRates(app: App, context: Context): void {
  if (context.config.rateLimitPerMinute === 0) return;
  counters.set(context, new Map());
  app.addHook('onRequest', async (request, reply) => {
    const bucket = request.routeOptions.config.rateLimit ?? 'general';
    if (bucket === false || unlimited.has(request.routeOptions.url ?? '')) return;
    const { windows, adminsExempt } = buckets[bucket];
    if (adminsExempt && (request.access.role === 'ADMIN' || request.access.role === 'SUPERADMIN')) return;
    spend(context, request, reply, bucket, windows.length > 0 ? windows : [minute(context.config.rateLimitPerMinute)]);
  });
}

/** All counters, or those of one user id or network. Returns how many there were. */
export function resetRates(context: Context, identifier?: string): number {
  const counts = counters.get(context) ?? new Map<string, Count>();
  const keys = [...counts.keys()].filter((key) => identifier === undefined || key.endsWith(` ${identifier}`));
  for (const key of keys) counts.delete(key);
  return keys.length;
}

/** Contract scripts §4.6; for this process, as the counters are. */
export function rateLimitRoutes(app: App, context: Context): void {
  const superadminOnly = (request: FastifyRequest) => {
    requireSignedIn(request);
    if (!request.access.can('setting.write')) throw forbidden('Superadmin access required');
  };
  app.post('/api/v1/rate-limit/reset', { config: { access: 'signed-in' } }, async (request) => {
    superadminOnly(request);
    resetRates(context);
    return { message: 'All rate limits have been reset.' };
  });
  app.post('/api/v1/rate-limit/reset/:identifier', { config: { access: 'signed-in' } }, async (request) => {
    superadminOnly(request);
    const { identifier } = request.params as { identifier: string };
    if (resetRates(context, identifier) === 0) throw noRateLimit(identifier);
    return { message: `Rate limits for ${identifier} have been reset.` };
  });
}

function spend(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  bucket: Bucket,
  windows: Window[],
): void {
  const counts = counters.get(context)!;
  const now = context.now().getTime() / 1000;
  const who = request.access.userId ?? networkOf(request.ip);
  let tightest: { window: Window; count: Count } | undefined;
  for (const window of windows) {
    const count = countOf(counts, `${bucket} ${window.seconds} ${who}`, window, now);
    count.used += 1;
    if (tightest === undefined || window.limit - count.used < tightest.window.limit - tightest.count.used) {
      tightest = { window, count };
    }
  }
  const { window, count } = tightest!;
  const waitSeconds = Math.max(1, Math.ceil(count.resetsAt - now));
  reply.header('x-ratelimit-limit', window.limit);
  reply.header('x-ratelimit-remaining', Math.max(0, window.limit - count.used));
  reply.header('x-ratelimit-reset', waitSeconds);
  if (count.used <= window.limit) return;
  reply.header('retry-after', waitSeconds);
  throw rateLimited(waitSeconds);
}

function countOf(counts: Map<string, Count>, key: string, window: Window, now: number): Count {
  const known = counts.get(key);
  if (known !== undefined && known.resetsAt > now) return known;
  if (counts.size > sweepAbove) {
    for (const [old, { resetsAt }] of counts) if (resetsAt <= now) counts.delete(old);
  }
  const fresh = { used: 0, resetsAt: now + window.seconds };
  counts.set(key, fresh);
  return fresh;
}

function minute(limit: number): Window {
  return { seconds: 60, limit };
}

function hour(limit: number): Window {
  return { seconds: 3600, limit };
}
