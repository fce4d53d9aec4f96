import { Cron } from 'croner';

/** What a schedule means, or what is wrong with it in the server's own words (contract §4). */
export type Reading =
  | { kind: 'none' }
  | { kind: 'wrong'; problem: string }
  | { kind: 'every'; seconds: number; words: string }
  | { kind: 'cron'; zone: string; words: string; next: (after: Date, count: number) => Date[] };

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const unitWords = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;

export function readSchedule(value: unknown): Reading {
  if (value === undefined || value === null) return { kind: 'none' };
  if (typeof value !== 'string') return { kind: 'wrong', problem: 'Schedule should be a string' };
  const text = value.trim();
  if (text.startsWith('cron ')) return readCron(text.slice('cron '.length).trim());
  if (!text.startsWith('every ')) return { kind: 'wrong', problem: "Schedule should start with 'every'" };
  const unit = text.at(-1) as keyof typeof units;
  if (!(unit in units)) return { kind: 'wrong', problem: 'Bad time unit for schedule, only s/m/h/d/w are allowed' };
  const number = text.slice('every '.length, -1).trim();
  if (!/^[+-]?\d+$/.test(number)) return { kind: 'wrong', problem: 'Failed to parse time number' };
  const seconds = Number(number) * units[unit];
  if (seconds < 60) return { kind: 'wrong', problem: "Can't schedule tasks for less than one minute" };
  const times = Number(number);
  return {
    kind: 'every',
    seconds,
    words: times === 1 ? `Every ${unitWords[unit]}` : `Every ${times} ${unitWords[unit]}s`,
  };
}

function readCron(text: string): Reading {
  const parts = text.split(/\s+/);
  const zone = parts[5] ?? 'UTC';
  const expression = parts.slice(0, 5).join(' ');
  try {
    if (parts.length < 5 || parts.length > 6) throw new Error('five fields and a time zone');
    const cron = new Cron(expression, { timezone: zone, mode: '5-part', paused: true });
    cron.nextRun();
    return {
      kind: 'cron',
      zone,
      words: cronWords(expression, zone),
      next: (after, count) => cron.nextRuns(count, after),
    };
  } catch {
    return { kind: 'wrong', problem: 'Bad cron expression for schedule' };
  }
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The everyday forms in words; any other keeps its expression, and the next runs say what it means. */
function cronWords(expression: string, zone: string): string {
  const [minute, hour, date, month, day] = expression.split(' ') as [string, string, string, string, string];
  const isNumber = (text: string): boolean => /^\d+$/.test(text);
  const where = `(${zone})`;
  if (isNumber(minute) && hour === '*' && date === '*' && month === '*' && day === '*') {
    return `Every hour at minute ${minute} ${where}`;
  }
  if (!isNumber(minute) || !isNumber(hour) || month !== '*') return `By cron ${expression} ${where}`;
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')} ${where}`;
  if (date === '*' && day === '*') return `Every day ${at}`;
  if (date === '*' && day === '1-5') return `Monday to Friday ${at}`;
  if (date === '*' && isNumber(day)) return `Every ${days[Number(day) % 7]} ${at}`;
  if (isNumber(date) && day === '*') return `On day ${date} of each month ${at}`;
  return `By cron ${expression} ${where}`;
}

/** The next runs, as far as a browser can know them: `due` is the server's own next one. */
export function nextRuns(reading: Reading, due: Date | undefined, now: Date, count = 3): Date[] {
  if (reading.kind === 'cron') return reading.next(now, count);
  if (reading.kind !== 'every') return [];
  const period = reading.seconds * 1000;
  const first = due !== undefined && due >= now ? due.getTime() : now.getTime() + period;
  return Array.from({ length: count }, (_, index) => new Date(first + index * period));
}

export function scheduleSentence(schedule: unknown): string {
  const reading = readSchedule(schedule);
  if (reading.kind === 'none') return 'no schedule';
  return reading.kind === 'wrong' ? reading.problem : reading.words.charAt(0).toLowerCase() + reading.words.slice(1);
}
