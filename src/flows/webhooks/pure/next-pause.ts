const minute = 60;
const hour = 60 * minute;
/** Seconds before the second to the eighth attempt; in all a little more than a day. */
const pauses = [minute, 5 * minute, 30 * minute, 2 * hour, 4 * hour, 6 * hour, 12 * hour];

/** Undefined: that was the last of eight. */
export function nextPause(attemptsMade: number): number | undefined {
  return pauses[attemptsMade - 1];
}
