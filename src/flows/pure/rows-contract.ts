/** `contract.rows` of a spec (contract §11). */
export interface RowsContract {
  /** Share of the rows of before that may be missing: `20%`. */
  max_drop?: string;
  min?: number;
}

/** What is wrong with a number of rows, against that of the last success (undefined: there was none). */
export function rowsProblem(
  { max_drop: drop, min }: RowsContract,
  before: number | undefined,
  now: number,
): string | undefined {
  if (min !== undefined && min !== null && now < min)
    return `${now} row(s), fewer than the ${min} the contract asks for`;
  if (drop === undefined || drop === null || before === undefined) return undefined;
  const lost = before - now;
  if (lost <= (Number.parseFloat(drop) / 100) * before) return undefined;
  return `${now} row(s) after ${before}: more than ${drop} are gone`;
}
