/** Contract scripts §4.2: from the 5th failure 15 min, from the 10th 60 min, from the 20th 24 h. */
const levels = [
  { from: 20, minutes: 24 * 60, reset: true },
  { from: 10, minutes: 60, reset: false },
  { from: 5, minutes: 15, reset: false },
];

export interface Lock {
  minutes: number;
  requiresPasswordReset: boolean;
  text: string;
}

/** The lock a failure brings, if it brings one. */
export function lockAfter(failures: number): Lock | undefined {
  const level = levels.find(({ from }) => failures >= from);
  if (level === undefined) return undefined;
  return {
    minutes: level.minutes,
    requiresPasswordReset: level.reset,
    text: level.reset
      ? lockedForLong
      : `Your account has been temporarily locked after ${failures} failed login attempts. Please try again in ${level.minutes} minute(s).`,
  };
}

/** What somebody hears who tries while the lock lasts. */
export function lockInForce(failures: number, lockedUntil: Date, now: Date): Lock | undefined {
  const minutes = Math.ceil((lockedUntil.getTime() - now.getTime()) / 60_000);
  if (minutes <= 0) return undefined;
  const requiresPasswordReset = levels.find(({ from }) => failures >= from)?.reset ?? false;
  return {
    minutes,
    requiresPasswordReset,
    text: requiresPasswordReset
      ? lockedForLong
      : `Your account is temporarily locked. Please try again in ${minutes} minute(s).`,
  };
}

const lockedForLong =
  'Your account is locked due to too many failed login attempts. Please reset your password to regain access.';
