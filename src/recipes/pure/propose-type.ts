import type { CellClass } from './classify-cell.ts';
import type { Field, FieldType } from './table-schema.ts';

/** What is known of a column's non-missing values. */
export interface ColumnProfile {
  classes: Partial<Record<CellClass, number>>;
  /** Digits before the mark, the most in any number. */
  integerDigits: number;
  /** Digits behind it. */
  scale: number;
}

export interface Proposal {
  field: Omit<Field, 'name'>;
  /** False when further values could still turn a text column into something else: nothing seen yet, or only values that read both ways. */
  settled: boolean;
  warning?: { code: string; message: string };
}

interface Candidate {
  field: Omit<Field, 'name'>;
  fits: CellClass[];
  /** At least one of these must occur: the proof that this reading is the right one. */
  proof: CellClass[];
}

const whole: CellClass[] = ['bit', 'integer'];
const point: CellClass[] = [...whole, 'decimal', 'decimal-or-group'];
const truths = ['true', 'True', 'TRUE', '1', 'yes', 'Yes', 'y', 'Y'];
const falsehoods = ['false', 'False', 'FALSE', '0', 'no', 'No', 'n', 'N'];

const numbers: Candidate[] = [
  { field: { type: 'integer' }, fits: whole, proof: whole },
  {
    field: { type: 'number' },
    fits: [...point, 'exponent', 'not-finite'],
    proof: ['decimal', 'decimal-or-group', 'exponent'],
  },
  {
    field: { type: 'number', decimalChar: ',' },
    fits: [...whole, 'comma-decimal', 'comma-either'],
    proof: ['comma-decimal'],
  },
  {
    field: { type: 'number', decimalChar: ',', groupChar: '.' },
    fits: [...whole, 'comma-decimal', 'comma-either', 'point-group', 'decimal-or-group'],
    proof: ['point-group'],
  },
  {
    field: { type: 'number', groupChar: ',' },
    fits: [...point, 'comma-group', 'comma-either'],
    proof: ['comma-group'],
  },
  { field: { type: 'number', groupChar: ' ' }, fits: [...point, 'space-group'], proof: ['space-group'] },
  {
    field: { type: 'boolean', trueValues: truths, falseValues: falsehoods },
    fits: ['bit', 'boolean', 'yes-no'],
    proof: ['boolean', 'yes-no'],
  },
];

const others: Candidate[] = [
  one({ type: 'date' }, 'iso-date'),
  one({ type: 'datetime' }, 'datetime'),
  one({ type: 'time' }, 'time'),
  one({ type: 'yearmonth' }, 'yearmonth'),
  one({ type: 'date', format: '%Y/%m/%d' }, 'ymd/'),
  ...(['/', '.', '-'] as const).flatMap((mark): Candidate[] => [
    {
      field: { type: 'date', format: `%d${mark}%m${mark}%Y` },
      fits: [`dmy${mark}`, `day-or-month${mark}`],
      proof: [`dmy${mark}`],
    },
    {
      field: { type: 'date', format: `%m${mark}%d${mark}%Y` },
      fits: [`mdy${mark}`, `day-or-month${mark}`],
      proof: [`mdy${mark}`],
    },
  ]),
  one({ type: 'object' }, 'object'),
  one({ type: 'array' }, 'array'),
];

function one(field: Omit<Field, 'name'>, fits: CellClass): Candidate {
  return { field, fits: [fits], proof: [fits] };
}

/** A code with a leading zero or a plus, or too long for exact arithmetic, would be destroyed by any number type. */
const codes: CellClass[] = ['leading-zero', 'plus', 'long'];

/**
 * The first type that all values of a column satisfy, or with `tolerance` below 1 the one that at least this share
 * does. Confidence is the share itself. Codes make a column text under any tolerance.
 */
export function proposeType(profile: ColumnProfile, options: { tolerance: number; textOnly: boolean }): Proposal {
  const total = Object.values(profile.classes).reduce((sum, count) => sum + count, 0);
  const count = (classes: CellClass[]) => classes.reduce((sum, name) => sum + (profile.classes[name] ?? 0), 0);
  const text: Proposal['field'] = { type: 'string', confidence: 1 };
  if (total === 0) return { field: text, settled: false };
  const candidates = options.textOnly || count(codes) > 0 ? others : [...numbers, ...others];
  const best = candidates
    .filter((candidate) => count(candidate.proof) > 0)
    .map((candidate) => ({ candidate, share: count(candidate.fits) / total }))
    .filter(({ share }) => share >= options.tolerance)
    .reduce<{ candidate: Candidate; share: number } | undefined>(
      (top, next) => (top && top.share >= next.share ? top : next),
      undefined,
    );
  if (best) {
    const field = { ...best.candidate.field, confidence: best.share };
    const offered: FieldType[] = field.type === 'integer' && count(['bit']) === total ? ['boolean'] : [];
    return { field: offered.length > 0 ? { ...field, offered } : field, settled: true };
  }
  const settled = candidates.every((candidate) => count(candidate.fits) < total * options.tolerance);
  const warning = settled ? undefined : ambiguity(profile, total);
  return { field: text, settled: settled && !options.textOnly ? true : settled, ...(warning ? { warning } : {}) };
}

function ambiguity(profile: ColumnProfile, total: number): Proposal['warning'] {
  for (const mark of ['/', '.', '-'] as const) {
    if (profile.classes[`day-or-month${mark}`] === total) {
      return {
        code: 'ambiguous-date-order',
        message: 'All dates read both as day-month and as month-day: kept as text until the order is chosen',
      };
    }
  }
  if ((profile.classes['comma-either'] ?? 0) > 0) {
    return {
      code: 'ambiguous-number',
      message: 'The comma reads both as decimal comma and as thousands separator: kept as text until it is chosen',
    };
  }
  return undefined;
}

/** The narrowest exact storage for the numbers of a profile. Beyond 38 digits a number is a DOUBLE and an integer its text. */
export function physicalOf(type: FieldType, profile: ColumnProfile): string | undefined {
  if (type === 'integer') {
    if (profile.integerDigits <= 18) return 'BIGINT';
    return profile.integerDigits <= 38 ? 'DECIMAL(38,0)' : 'VARCHAR';
  }
  if (type !== 'number') return undefined;
  if ((profile.classes.exponent ?? 0) + (profile.classes['not-finite'] ?? 0) > 0) return 'DOUBLE';
  const digits = profile.integerDigits + profile.scale;
  if (digits > 38) return 'DOUBLE';
  return digits <= 18 ? `DECIMAL(18,${profile.scale})` : `DECIMAL(38,${profile.scale})`;
}
