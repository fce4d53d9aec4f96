import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { literal } from '../platform/tabular/index.ts';
import { limitReached, schemaInvalid } from './errors.ts';
import type { IngestRun } from './ingest.ts';
import type { JudgeReport, JudgeTask } from './judge-values.worker.ts';
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
  const judged = new Map<string, RefusedTexts>();
  for (const [i, one] of bound.entries()) {
    const tasks = await tasksOf(run, one.field);
    for (const [name, task] of Object.entries(tasks) as ['pattern' | 'jsonSchema', JudgeTask][]) {
      const table = `refused_${name}_${i}`.toLowerCase();
      await run.timed(`judge ${one.field.name}`, () => judgeColumn(run, cleaned, one, name, task, table));
      judged.set(one.field.name, { ...judged.get(one.field.name), [name]: `select value from ${table}` });
    }
  }
  return judged;
}

async function tasksOf(run: IngestRun, { constraints = {} }: Field): Promise<Record<string, JudgeTask>> {
  const tasks: Record<string, JudgeTask> = {};
  const { pattern, jsonSchema } = constraints;
  if (pattern !== undefined && !(await runsInRe2(run, pattern))) tasks.pattern = { pattern };
  if (jsonSchema !== undefined) tasks.jsonSchema = { jsonSchema };
  return tasks;
}

async function runsInRe2({ tabular, request }: IngestRun, pattern: string): Promise<boolean> {
  try {
    await tabular.rows(`select regexp_full_match('', ${literal(pattern)})`);
    return true;
  } catch {
    request.signal?.throwIfAborted();
    return false;
  }
}

async function judgeColumn(
  run: IngestRun,
  cleaned: Cleaned,
  { field, column, inferred }: BoundField,
  name: 'pattern' | 'jsonSchema',
  task: JudgeTask,
  table: string,
): Promise<void> {
  const { tabular, staged, request, limits } = run;
  const { text } = compileField(
    field,
    request.schema ?? { fields: [] },
    { cell: column?.id, emptyIsNull: staged.emptyIsNull, padded: staged.padded, canonical: inferred },
    { t: 't', v: 'v' },
  );
  const file = path.join(request.workFolder, `${table}.ndjson`);
  const position = request.schema!.fields.findIndex((other) => other.name === field.name);
  const refuse = (reason: string) =>
    schemaInvalid(`${name} of field '${field.name}' ${reason}`, `/fields/${position}/constraints/${name}`);
  const judge = await Judge.start(task, limits.judgeSeconds, refuse);
  async function* wrong(): AsyncIterable<string> {
    let seen = 0;
    const values = `select distinct ${text} as t from ${cleaned.relation}`;
    for await (const rows of tabular.stream(`select t from (${values}) where t is not null`)) {
      seen += rows.length;
      if (seen > limits.judgedValues)
        throw limitReached(`number of different values of '${field.name}' for ${name}`, limits.judgedValues, 'values');
      const texts = rows.map((row) => String(row.t));
      for (const i of await judge.wrongOf(texts)) yield `${JSON.stringify({ value: texts[i] })}\n`;
    }
  }
  try {
    await pipeline(wrong, createWriteStream(file), request.signal ? { signal: request.signal } : {});
  } catch (error) {
    request.signal?.throwIfAborted();
    throw error;
  } finally {
    await judge.end();
  }
  await tabular.run(`create or replace temp table ${table} as
    select value from read_json(${literal(file)}, format = 'newline_delimited', columns = {value: 'VARCHAR'}, maximum_object_size = ${maxObjectBytes(limits.cellCharacters)})`);
}

/** A character is six bytes at most as JSON (`\u0001`). */
function maxObjectBytes(characters: number): number {
  return Math.min(2_000_000_000, characters * 6 + 100);
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
