import { Worker } from 'node:worker_threads';
import { literal, type Tabular } from '../platform/tabular/index.ts';
import { limitReached, schemaInvalid } from './errors.ts';
import type { IngestRun } from './ingest.ts';
import type { JudgeReport, JudgeTask } from './judge-values.worker.ts';
import type { RecipeLimits } from './limits.ts';
import { compileField, type RefusedTexts, type RefusedValues } from './pure/compile-field.ts';
import type { BoundField } from './pure/compile-table.ts';
import type { Field } from './pure/table-schema.ts';
import type { Cleaned } from './steps/index.ts';

/**
 * Tries `jsonSchema`, and a `pattern` that RE2 cannot run, on the different values of their column: in a thread, so that neither
 * the server waits nor a pattern that never ends can hold it, and once a value, so that the pass over the rows only looks
 * the text up. Throws schema_invalid for what no engine can run, or not in time.
 */
export async function judgeValues(run: IngestRun, cleaned: Cleaned, bound: BoundField[]): Promise<RefusedValues> {
  const { tabular, staged, request, limits } = run;
  const judged = new Map<string, RefusedTexts>();
  for (const [i, { field, column, inferred }] of bound.entries()) {
    const source = { cell: column?.id, emptyIsNull: staged.emptyIsNull, padded: staged.padded, canonical: inferred };
    const { text } = compileField(field, request.schema ?? { fields: [] }, source, { t: 't', v: 'v' });
    const refused = await run.timed(`judge ${field.name}`, () =>
      judgeField({ tabular, limits, signal: request.signal }, field, {
        values: `select distinct ${text} as t from ${cleaned.relation}`,
        table: `refused_${i}`,
        pointer: `/fields/${request.schema?.fields.findIndex((other) => other.name === field.name)}`,
      }),
    );
    if (refused !== undefined) judged.set(field.name, refused);
  }
  return judged;
}

export interface Judging {
  tabular: Tabular;
  limits: Pick<RecipeLimits, 'judgedValues' | 'judgeSeconds'>;
  signal?: AbortSignal | undefined;
}

/** One field. `values` is SQL of its different texts, as `t`; `table` begins the names of the tables made. */
export async function judgeField(
  judging: Judging,
  field: Field,
  column: { values: string; table: string; pointer: string },
): Promise<RefusedTexts | undefined> {
  let refused: RefusedTexts | undefined;
  for (const [name, task] of Object.entries(await tasksOf(judging, field)) as ['pattern' | 'jsonSchema', JudgeTask][]) {
    const table = `${column.table}_${name.toLowerCase()}`;
    await judgeColumn(judging, field, name, task, { ...column, table });
    refused = { ...refused, [name]: `select value from ${table}` };
  }
  return refused;
}

async function tasksOf(judging: Judging, { constraints = {} }: Field): Promise<Record<string, JudgeTask>> {
  const tasks: Record<string, JudgeTask> = {};
  const { pattern, jsonSchema } = constraints;
  if (pattern !== undefined && !(await runsInRe2(judging, pattern))) tasks.pattern = { pattern };
  if (jsonSchema !== undefined) tasks.jsonSchema = { jsonSchema };
  return tasks;
}

async function runsInRe2({ tabular, signal }: Judging, pattern: string): Promise<boolean> {
  try {
    await tabular.rows(`select regexp_full_match('', ${literal(pattern)})`);
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

async function judgeColumn(
  { tabular, limits, signal }: Judging,
  field: Field,
  name: 'pattern' | 'jsonSchema',
  task: JudgeTask,
  { values, table, pointer }: { values: string; table: string; pointer: string },
): Promise<void> {
  const refuse = (reason: string) =>
    schemaInvalid(`${name} of field '${field.name}' ${reason}`, `${pointer}/constraints/${name}`);
  const judge = await Judge.start(task, limits.judgeSeconds, refuse);
  const wrong: string[] = [];
  try {
    let seen = 0;
    for await (const rows of tabular.stream(`select t from (${values}) where t is not null`)) {
      signal?.throwIfAborted();
      seen += rows.length;
      if (seen > limits.judgedValues)
        throw limitReached(`number of different values of '${field.name}' for ${name}`, limits.judgedValues, 'values');
      const texts = rows.map((row) => String(row.t));
      for (const i of await judge.wrongOf(texts)) wrong.push(texts[i]!);
    }
  } finally {
    await judge.end();
  }
  await tabular.run(`create or replace temp table ${table} (value varchar)`);
  for (const some of portions(wrong))
    await tabular.run(`insert into ${table} select unnest([${some.map(literal).join(', ')}])`);
}

/** A statement of a moderate length each, whatever the texts are. */
function* portions(texts: readonly string[]): Generator<string[]> {
  let some: string[] = [];
  let length = 0;
  for (const text of texts) {
    some.push(text);
    length += text.length;
    if (some.length < 1000 && length < 1_000_000) continue;
    yield some;
    some = [];
    length = 0;
  }
  if (some.length > 0) yield some;
}

/** A thread may take this long to come up on a busy machine; its own time only counts from then. */
const startSeconds = 30;

/** The thread, and the time it has left. */
class Judge {
  private readonly worker: Worker;
  private secondsLeft: number;
  private readonly refuse: (reason: string) => Error;

  private constructor(worker: Worker, seconds: number, refuse: (reason: string) => Error) {
    this.worker = worker;
    this.secondsLeft = seconds;
    this.refuse = refuse;
  }

  static async start(task: JudgeTask, seconds: number, refuse: (reason: string) => Error): Promise<Judge> {
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./judge-values.worker.${ending}`, import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    const judge = new Judge(worker, seconds, refuse);
    try {
      const report = await judge.answered(startSeconds);
      if ('problem' in report) throw refuse(`cannot be run: ${report.problem}`);
      return judge;
    } catch (error) {
      await judge.end();
      throw error;
    }
  }

  async wrongOf(texts: string[]): Promise<number[]> {
    const startedAt = performance.now();
    const answer = this.answered(this.secondsLeft);
    this.worker.postMessage(texts);
    const report = await answer;
    this.secondsLeft -= (performance.now() - startedAt) / 1000;
    return 'bad' in report ? report.bad : [];
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private answered(seconds: number): Promise<JudgeReport> {
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(late);
        worker.off('message', heard).off('error', failed).off('exit', ended);
        then();
      };
      const heard = (report: JudgeReport) => settle(() => resolve(report));
      const failed = (error: Error) => settle(() => reject(this.refuse(`cannot be run: ${error.message}`)));
      const ended = () => failed(new Error('its thread ended'));
      const late = setTimeout(() => settle(() => reject(this.refuse('takes too long to check'))), seconds * 1000);
      worker.once('message', heard).once('error', failed).once('exit', ended);
    });
  }
}
