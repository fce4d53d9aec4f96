/** What the clocks of a zone show at an instant, as milliseconds of a clock that knows no zones. */
export function localOf(instantMs: number, zone: string): number {
  return instantMs + offsetAt(instantMs, zone);
}

/** The first instant at which the zone's clocks show this; where they jump over it, the instant of the jump. */
export function instantOfLocal(localMs: number, zone: string): number {
  const offsets = [offsetAt(localMs - dayMs, zone), offsetAt(localMs + dayMs, zone)];
  const instants = offsets.map((offset) => localMs - offset).filter((at) => localOf(at, zone) === localMs);
  if (instants.length > 0) return Math.min(...instants);
  let [before, after] = [localMs - dayMs, localMs + dayMs];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle, zone) === offsets[0]) before = middle;
    else after = middle;
  }
  return after;
}

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(instantMs: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  const shown = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return shown - Math.floor(instantMs / 1000) * 1000;
}
