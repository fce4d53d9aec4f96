import { Cron } from 'croner';
import { instantOfLocal, localOf } from './local-time.ts';
import type { Schedule } from './schedule.ts';

/**
 * When a dataset is due next (contract §4.2), in milliseconds. `current` is what it was due at until now; a later one
 * stays as it is, even if the period changed, and an earlier one keeps its phase.
 */
export function nextRun(schedule: Schedule | null, current: number | null, nowMs: number): number | null {
  if (schedule === null) return null;
  if ('cron' in schedule) return nextOfCron(schedule, nowMs);
  const periodMs = schedule.every * 1000;
  if (current === null) return nowMs + periodMs;
  if (current >= nowMs) return current;
  return current + Math.ceil((nowMs - current) / periodMs) * periodMs;
}

/** After it was run: strictly later than now, so that one due moment makes one run. */
export function nextRunAfterFiring(schedule: Schedule | null, current: number, nowMs: number): number | null {
  const next = nextRun(schedule, current, nowMs);
  if (next === null || schedule === null || 'cron' in schedule) return next;
  return next > nowMs ? next : next + schedule.every * 1000;
}

/** How often it was due from `current` to now, both included; counted up to `atMost`. */
export function timesDue(schedule: Schedule, current: number, nowMs: number, atMost: number): number {
  let count = 0;
  let at: number | null = current;
  while (at !== null && at <= nowMs && count < atMost) {
    count += 1;
    at = 'cron' in schedule ? nextOfCron(schedule, at) : at + schedule.every * 1000;
  }
  return count;
}

/**
 * Strictly later. The expression speaks of wall-clock time: its moments are found on a clock without time zones and then
 * given their instants, a doubled one the first, a skipped one that of the jump. (The library's own zones do neither.)
 */
function nextOfCron(schedule: { cron: string; zone: string }, afterMs: number): number | null {
  const cron = new Cron(schedule.cron, { timezone: 'UTC', paused: true });
  // A day back: what was skipped or doubled then may come later than now.
  let local: Date | null = new Date(localOf(afterMs, schedule.zone) - dayMs);
  for (;;) {
    local = cron.nextRun(local);
    if (local === null) return null;
    const instant = instantOfLocal(local.getTime(), schedule.zone);
    if (instant > afterMs) return instant;
  }
}

const dayMs = 86_400_000;
