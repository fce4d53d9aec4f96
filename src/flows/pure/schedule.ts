import { Cron } from 'croner';

export type Schedule = { every: number } | { cron: string; zone: string };

/** A refusal in the words of the contract (§4.1). */
export class ScheduleFault extends Error {}

/** Null: none. Throws ScheduleFault. */
export function parseSchedule(value: unknown): Schedule | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') throw new ScheduleFault('Schedule should be a string');
  const text = value.trim();
  if (text.startsWith('cron ')) return parseCron(text);
  if (!text.startsWith('every ')) throw new ScheduleFault("Schedule should start with 'every'");
  const secondsOfUnit = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[text.slice(-1)];
  if (secondsOfUnit === undefined) throw new ScheduleFault('Bad time unit for schedule, only s/m/h/d/w are allowed');
  const digits = text.slice('every '.length, -1).trim();
  if (!/^[+-]?\d+$/.test(digits)) throw new ScheduleFault('Failed to parse time number');
  const seconds = Number(digits) * secondsOfUnit;
  if (seconds < 60) throw new ScheduleFault("Can't schedule tasks for less than one minute");
  return { every: Math.min(seconds, longestSeconds) };
}

/** What is later than three hundred years from now need not be told apart, and fits a timestamp. */
const longestSeconds = 10_000_000_000;

function parseCron(text: string): Schedule {
  const [, ...words] = text.split(/\s+/);
  const fields = words.slice(0, 5);
  const zone = words[5] ?? 'UTC';
  const cron = fields.join(' ');
  // Only the signs of the classic five fields: what else the library reads is not promised here.
  const classic =
    fields.length === 5 && words.length <= 6 && fields.every((field) => /^(?:[\d*,/-]|[A-Za-z]{3})+$/.test(field));
  if (!classic || !isZone(zone) || !isCron(cron)) throw new ScheduleFault('Bad cron expression for schedule');
  return { cron, zone };
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

/** Also refused: what never happens, such as the 31st of February. */
function isCron(cron: string): boolean {
  try {
    return new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}
