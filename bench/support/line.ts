/** One measured value. `ratio` is to the peer or to the limit, whichever the line is about. */
export interface BenchLine {
  name: string;
  value: number;
  limit: number | null;
  ratio: number | null;
  unit: string;
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
