/** Seconds an answer may wait for its run: `Prefer: wait=N` up to 60, `respond-async`; otherwise 20. */
export function waitSeconds(prefer: string | string[] | undefined): number {
  const preferences = String(prefer ?? '').toLowerCase();
  if (/(^|[,;\s])respond-async\b/.test(preferences)) return 0;
  const seconds = /(^|[,;\s])wait\s*=\s*"?(\d+)/.exec(preferences)?.[2];
  return seconds === undefined ? 20 : Math.min(60, Number(seconds));
}
