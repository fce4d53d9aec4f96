import path from 'node:path';
import type { IssueCount } from './issue.ts';
import type { RejectedRows } from './staged.ts';
import { StageWriter } from './write-stage.ts';

export type RowFault =
  | 'missing-value'
  | 'extra-value'
  | 'surplus-cells'
  | 'ragged-quote'
  | 'blank-row'
  | 'invalid-json'
  | 'not-a-record';

/** Collects rows that cannot take part in the table, or not with all of their cells, on disk; most files have none and get no file. */
export class RejectedRowWriter {
  /** Rejected rows that count as errors. */
  errors = 0;
  private writer: StageWriter | undefined;
  private readonly counts = new Map<RowFault, number>();
  private readonly file: string;

  constructor(workFolder: string, name = 'stage-rejects.txt') {
    this.file = path.join(workFolder, name);
  }

  async add(row: number, line: number | null, code: RowFault, cells: readonly string[]): Promise<void> {
    this.writer ??= await StageWriter.open(this.file);
    if (code !== 'blank-row') this.errors += 1;
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    if (this.writer.add(row, line, [code, String(cells.length), JSON.stringify(cells)])) await this.writer.flush();
  }

  async finish(): Promise<RejectedRows | undefined> {
    if (!this.writer) return undefined;
    const relation = await this.writer.finish(3);
    const counts: IssueCount[] = [...this.counts].map(([code, count]) => ({
      severity: code === 'blank-row' ? 'warning' : 'error',
      code,
      column: null,
      count,
    }));
    return {
      relation: `(select _row, _line, c1 as code, c2::integer as cells, c3 as raw from ${relation})`,
      counts,
    };
  }
}
