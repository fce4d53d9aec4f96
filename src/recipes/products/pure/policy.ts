/** What bad rows mean for CSV and JSON (contract flows §7.4). The report lists everything anyway. */
export interface ProductPolicy {
  width: 'reject_row' | 'pad' | 'trim' | 'fail';
  cast: 'fail' | 'reject_row' | 'null_value';
  unique: 'report' | 'fail' | 'reject_row';
  maxRejects: { count: number; ratio: number };
}

/** Rejects beyond both limits, or nothing left of a table that had rows. */
export function rejectsFailure(
  { maxRejects }: ProductPolicy,
  { rejectedRows, kept, total }: { rejectedRows: number; kept: number; total: number },
): string | undefined {
  if (rejectedRows > 0 && kept === 0) return `All ${total} row(s) were rejected`;
  if (rejectedRows <= maxRejects.count || rejectedRows <= maxRejects.ratio * total) return undefined;
  return `${rejectedRows} of ${total} row(s) were rejected, more than the allowed ${maxRejects.count} and ${100 * maxRejects.ratio} %`;
}
