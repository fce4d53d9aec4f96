/** How many rows with errors `maxErrors` (a count, or a share such as `5%`) allows among so many rows. */
export function allowedErrors(maxErrors: number | string, rows: number): number {
  const share = shareOf(maxErrors);
  return share === undefined ? Number(maxErrors) : share * rows;
}

/** The share from 0 to 1, undefined for a count. */
export function shareOf(maxErrors: number | string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(maxErrors))?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}
