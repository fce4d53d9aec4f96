import { literal, type Tabular } from '../../platform/tabular/index.ts';

/** Listed of one table; counting goes on beyond. */
const maxListed = 100_000;

export type Fate = 'reported' | 'fatal' | 'row_rejected' | 'value_nulled';

/** Which step of a list: its place, from 0, and its name as the spec has it. */
export interface StepPlace {
  index: number;
  name: string;
}

/** Findings made before the steps, that none of them finds again: a table of `row_number`, `field`, `code`, `disposition`. */
export interface Known {
  table: string;
  counts: ReadonlyMap<string, number>;
}

export interface Finding {
  code: string;
  field: string;
  fate: Fate;
  /** SQL of rows `x`, with `_row`, what a row is called, and `_at`, its row in the file, null once rows are merged. */
  rows: string;
  where: string;
  /** 1-based, of the relation. */
  column: number;
  /** SQL of sentence, text of the cell, and JSON list of the row's cells; over `x`. */
  message: string;
  value: string;
  raw: string;
}

export interface StepIssuesState {
  counts: [code: string, n: number][];
  rejectedRows: number;
  rejecting: string | null;
  room: number;
}

/**
 * The violations that steps find in one table (contract flows §7.4): rows of a table of ours, `step_index`, `step`, and the
 * columns of `ProductIssue`, with `raw` in place of `row`. Counts are exact, whatever is listed.
 */
export class StepIssues {
  readonly table: string;
  readonly counts = new Map<string, number>();
  rejectedRows = 0;
  /** The last step that left rows out. */
  rejecting: string | undefined;
  readonly #tabular: Tabular;
  readonly #known: Known | undefined;
  #room = maxListed;
  #step: StepPlace = { index: 0, name: '' };
  /** Of the step in hand. */
  fatal = 0;

  private constructor(tabular: Tabular, table: string, known: Known | undefined) {
    this.#tabular = tabular;
    this.table = table;
    this.#known = known;
  }

  static async open(tabular: Tabular, table: string, known?: Known): Promise<StepIssues> {
    await tabular.run(`create or replace table ${table} (step_index integer, step varchar, row_number bigint,
      column_number integer, field varchar, code varchar, message varchar, value varchar,
      disposition varchar, raw varchar, place bigint)`);
    return new StepIssues(tabular, table, known);
  }

  get step(): StepPlace {
    return this.#step;
  }

  begin(step: StepPlace): void {
    this.#step = step;
    this.fatal = 0;
  }

  /** Counts and lists what was not found with the same fate before. */
  async add(finding: Finding): Promise<void> {
    const { code, fate, rows, field } = finding;
    const isNew = this.#isNew(finding);
    const where = isNew === undefined ? finding.where : `${finding.where} and ${isNew}`;
    const [row] = await this.#tabular.rows(`select count(*)::double as n from ${rows} x where ${where}`);
    const n = Number(row?.n ?? 0);
    if (n === 0) return;
    this.counts.set(code, (this.counts.get(code) ?? 0) + n);
    const { index, name } = this.#step;
    await this.#tabular.run(`insert into ${this.table}
      select ${index}, ${literal(name)}, x._at, ${finding.column}, ${literal(field)}, ${literal(code)}, ${finding.message},
        ${finding.value}, ${literal(fate)}, ${finding.raw}, x._row
      from ${rows} x where ${where} order by x._row limit ${Math.max(0, this.#room)}`);
    this.#room -= n;
    if (fate === 'fatal') this.fatal += n;
  }

  /** All but the rows of the table, as JSON. */
  get state(): StepIssuesState {
    const { counts, rejectedRows, rejecting } = this;
    return { counts: [...counts], rejectedRows, rejecting: rejecting ?? null, room: this.#room };
  }

  /** Goes on from where the table, filled anew, had come to. */
  resume({ counts, rejectedRows, rejecting, room }: StepIssuesState): void {
    for (const [code, n] of counts) this.counts.set(code, n);
    this.rejectedRows = rejectedRows;
    this.rejecting = rejecting ?? undefined;
    this.#room = room;
  }

  reject(rows: number): void {
    if (rows === 0) return;
    this.rejectedRows += rows;
    this.rejecting = this.#step.name;
  }

  /** Condition on rows `x`: those that stand twice in the source are not checked further there either. */
  get isFirst(): string {
    return this.#known?.counts.has('duplicate-row')
      ? `not exists (select 1 from ${this.#known.table} k where k.row_number = x._at and k.code = 'duplicate-row')`
      : 'true';
  }

  #isNew({ code, field, fate }: Finding): string | undefined {
    const tables = [
      ...(this.#known?.counts.has(code) ? [this.#known.table] : []),
      ...(this.counts.has(code) ? [this.table] : []),
    ];
    const same = `k.row_number = x._at and k.code = ${literal(code)} and k.field = ${literal(field)} and k.disposition = ${literal(fate)}`;
    const conditions = tables.map((table) => `not exists (select 1 from ${table} k where ${same})`);
    return conditions.length === 0 ? undefined : conditions.join(' and ');
  }
}
