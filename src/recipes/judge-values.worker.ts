import { parentPort, workerData } from 'node:worker_threads';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** One constraint that SQL cannot decide. */
export type JudgeTask = { pattern: string } | { jsonSchema: Record<string, unknown> };
export type JudgeReport = { problem: string } | { ready: true } | { bad: number[] };

const port = parentPort!;
const answer = (report: JudgeReport): void => port.postMessage(report);

try {
  const fits = judgeOf(workerData as JudgeTask);
  port.on('message', (texts: string[]) => answer({ bad: texts.flatMap((text, i) => (fits(text) ? [] : [i])) }));
  answer({ ready: true });
} catch (error) {
  answer({ problem: error instanceof Error ? error.message : String(error) });
}

function judgeOf(task: JudgeTask): (text: string) => boolean {
  if ('pattern' in task) {
    const pattern = new RegExp(`^(?:${task.pattern})$`, 'u');
    return (text) => pattern.test(text);
  }
  const { jsonSchema } = task;
  const newer = typeof jsonSchema.$schema === 'string' && /20(19-09|20-12)/.test(jsonSchema.$schema);
  // Formats are annotations in JSON Schema; unknown words are allowed by it too.
  const ajv = new (newer ? Ajv2020 : Ajv)({ strict: false, validateFormats: false, logger: false });
  const validate = ajv.compile(jsonSchema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Not JSON: the type of the field says so already.
      return true;
    }
    return validate(value) === true;
  };
}
