import type { JsonObject } from './flow-spec.ts';
import { isText } from './json.ts';
import { nextRunAfterFiring, timesDue } from './next-run.ts';
import type { Schedule } from './schedule.ts';

/** A firing that is no later than this was not missed: the loop comes by every few seconds. */
const punctualMs = 60_000;
const atMost = 10;

/** How many revisions a due dataset gets now, and when it is due again (contract §4.3, §4.4). */
export function decideFiring(
  schedule: Schedule,
  options: JsonObject,
  scheduledMs: number,
  nowMs: number,
): { times: number; next: number | null } {
  const next = nextRunAfterFiring(schedule, scheduledMs, nowMs);
  const start = isText(options.start) ? Date.parse(options.start) : Number.NEGATIVE_INFINITY;
  const end = isText(options.end) ? Date.parse(options.end) : Number.POSITIVE_INFINITY;
  if (nowMs > end && scheduledMs > end) return { times: 0, next: null };
  const kept = next !== null && next > end ? null : next;
  if (nowMs < start) return { times: 0, next: kept };
  switch (options.missed) {
    case 'all':
      return { times: timesDue(schedule, scheduledMs, nowMs, atMost), next: kept };
    case 'none':
      return { times: nowMs - lastDue(schedule, scheduledMs, nowMs) <= punctualMs ? 1 : 0, next: kept };
    default:
      return { times: 1, next: kept };
  }
}

function lastDue(schedule: Schedule, scheduledMs: number, nowMs: number): number {
  if ('every' in schedule) {
    const periodMs = schedule.every * 1000;
    return scheduledMs + Math.floor((nowMs - scheduledMs) / periodMs) * periodMs;
  }
  // Of an expression it is enough to know whether it was due a moment ago.
  const recent = nextRunAfterFiring(schedule, scheduledMs, Math.max(scheduledMs, nowMs - punctualMs) - 1);
  return recent !== null && recent <= nowMs ? recent : scheduledMs;
}
