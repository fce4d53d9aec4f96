import { checkLoad } from './check-load.ts';
import type { Problem } from './faults.ts';
import { segment } from './faults.ts';
import { isObject, isText, isTexts } from './json.ts';

export interface SpecLimits {
  resources: number;
  processingSteps: number;
  steps: number;
}

/**
 * Is everything of the type it must be (contract §5.1, row 6)? What is missing is not said here: that is a fault of its own
 * kind. After this the spec can be read without asking again.
 */
export function checkShape(spec: unknown, limits: SpecLimits): Problem[] {
  const problems: Problem[] = [];
  const say = (pointer: string, problem: string) => problems.push({ pointer, problem });
  const given = (object: unknown, pointer: string, key: string, is: (value: unknown) => boolean, what: string) => {
    const value = isObject(object) ? object[key] : undefined;
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    say(`${pointer}/${segment(key)}`, `must be ${what}`);
    return undefined;
  };
  if (!isObject(spec)) return [{ pointer: '', problem: 'must be an object' }];

  const meta = spec.meta;
  if (!isText((meta as { ownerid?: unknown }).ownerid) || !ownerPattern.test((meta as { ownerid: string }).ownerid))
    say('/meta/ownerid', 'must be 1 to 128 of the characters A-Z a-z 0-9 . _ : -');
  const dataset = given(meta, '/meta', 'dataset', isText, 'a text');
  if (dataset !== undefined && !datasetPattern.test(dataset as string))
    say('/meta/dataset', 'must be 1 to 100 of the characters A-Z a-z 0-9 . _ -, without a leading dot');
  given(meta, '/meta', 'owner', isText, 'a text');
  given(meta, '/meta', 'findability', isText, 'published, unlisted or private');
  given(meta, '/meta', 'supersede', isBoolean, 'true or false');

  const inputs = given(spec, '', 'inputs', Array.isArray, 'a list');
  (inputs as unknown[] | undefined)?.forEach((input, i) => {
    const at = `/inputs/${i}`;
    if (!isObject(input)) {
      say(at, 'must be an object');
      return;
    }
    given(input, at, 'kind', isText, 'a text');
    given(input, at, 'url', isText, 'a text');
    const parameters = given(input, at, 'parameters', isObject, 'an object');
    const under = `${at}/parameters`;
    given(parameters, under, 'infer-schema', isBoolean, 'true or false');
    given(parameters, under, 'resource-mapping', isTextMap, 'an object of URLs');
    const descriptor = given(parameters, under, 'descriptor', isObject, 'an object');
    problems.push(...checkDescriptor(descriptor, `${under}/descriptor`, limits));
  });

  const processing = given(spec, '', 'processing', Array.isArray, 'a list') as unknown[] | undefined;
  if (processing !== undefined && processing.length > limits.processingSteps)
    say('/processing', `has more than ${limits.processingSteps} steps`);
  processing?.forEach((step, i) => {
    const at = `/processing/${i}`;
    if (!isObject(step)) {
      say(at, 'must be an object');
      return;
    }
    given(step, at, 'input', isText, 'a text');
    given(step, at, 'output', isText, 'a text');
    given(
      step,
      at,
      'tabulator',
      (v) => isObject(v) || (Array.isArray(v) && v.every(isObject)),
      'an object or a list of them',
    );
    given(step, at, 'schema', (v) => isObject(v) || isText(v), 'an object or a URL');
    const policy = given(step, at, 'policy', isObject, 'an object');
    problems.push(...checkPolicy(policy, `${at}/policy`));
    const dpp = given(step, at, 'dpp', Array.isArray, 'a list') as unknown[] | undefined;
    if (dpp !== undefined && dpp.length > limits.steps) say(`${at}/dpp`, `has more than ${limits.steps} steps`);
    dpp?.forEach((one, k) => {
      if (!isObject(one)) {
        say(`${at}/dpp/${k}`, 'must be an object');
        return;
      }
      given(one, `${at}/dpp/${k}`, 'run', isText, 'a text');
      given(one, `${at}/dpp/${k}`, 'parameters', isObject, 'an object');
    });
  });

  const outputs = given(spec, '', 'outputs', Array.isArray, 'a list') as unknown[] | undefined;
  outputs?.forEach((output, i) => {
    const at = `/outputs/${i}`;
    if (!isObject(output)) {
      say(at, 'must be an object');
      return;
    }
    if (!isText(output.kind)) say(`${at}/kind`, 'must be a text');
    const parameters = given(output, at, 'parameters', isObject, 'an object');
    const outFile = given(parameters, `${at}/parameters`, 'out-file', isText, 'a file name');
    if (outFile !== undefined && !isFileName(outFile as string))
      say(`${at}/parameters/out-file`, 'must be a name of A-Z a-z 0-9 . _ -, without a leading dot or ..');
  });

  problems.push(...checkPolicy(given(spec, '', 'policy', isObject, 'an object'), '/policy'));
  problems.push(...checkLoad(given(spec, '', 'load', isObject, 'an object')));
  problems.push(...checkContract(given(spec, '', 'contract', isObject, 'an object')));
  problems.push(...checkScheduleOptions(given(spec, '', 'schedule_options', isObject, 'an object')));
  return problems;
}

/** Also of a descriptor that was fetched. */
export function checkDescriptor(descriptor: unknown, at: string, limits: SpecLimits): Problem[] {
  if (descriptor === undefined) return [];
  if (!isObject(descriptor)) return [{ pointer: at, problem: 'must be an object' }];
  const { resources } = descriptor;
  if (resources === undefined || resources === null) return [];
  if (!Array.isArray(resources)) return [{ pointer: `${at}/resources`, problem: 'must be a list' }];
  const problems: Problem[] = [];
  if (resources.length > limits.resources)
    problems.push({ pointer: `${at}/resources`, problem: `has more than ${limits.resources} resources` });
  for (const [i, resource] of resources.entries()) {
    const under = `${at}/resources/${i}`;
    const must = (key: string, is: (value: unknown) => boolean, what: string) => {
      const value = (resource as Record<string, unknown>)[key];
      if (value !== undefined && value !== null && !is(value))
        problems.push({ pointer: `${under}/${key}`, problem: `must be ${what}` });
    };
    if (!isObject(resource)) {
      problems.push({ pointer: under, problem: 'must be an object' });
      continue;
    }
    must('name', isText, 'a text');
    must('path', (v) => isText(v) || (isTexts(v) && v.length > 0), 'a path or a list of paths');
    must('url', isText, 'a text');
    must('format', isText, 'a text');
    must('encoding', isText, 'a text');
    must('schema', (v) => isText(v) || isObject(v), 'an object or a URL');
    must('dialect', (v) => isText(v) || isObject(v), 'an object');
  }
  return problems;
}

const policyWords: Record<string, readonly string[]> = {
  width: ['reject_row', 'pad', 'trim', 'fail'],
  cast: ['fail', 'reject_row', 'null_value'],
  unique: ['report', 'fail', 'reject_row'],
};

function checkPolicy(policy: unknown, at: string): Problem[] {
  if (!isObject(policy)) return [];
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(policy)) {
    const words = policyWords[key];
    if (words !== undefined) {
      if (!words.includes(value as string))
        problems.push({ pointer: `${at}/${key}`, problem: `must be one of ${words.join(', ')}` });
    } else if (key === 'max_rejects') {
      const { count, ratio } = (isObject(value) ? value : {}) as { count?: unknown; ratio?: unknown };
      const isCount = count === undefined || (Number.isInteger(count) && (count as number) >= 0);
      const isRatio = ratio === undefined || (typeof ratio === 'number' && ratio >= 0 && ratio <= 1);
      if (!isObject(value) || !isCount || !isRatio)
        problems.push({
          pointer: `${at}/${key}`,
          problem: 'must be {count, ratio}: a whole number and one from 0 to 1',
        });
    } else problems.push({ pointer: `${at}/${segment(key)}`, problem: 'is not a key of a policy' });
  }
  return problems;
}

const contractModes = ['evolve', 'freeze', 'discard_row', 'discard_value'];

function checkContract(contract: unknown): Problem[] {
  if (!isObject(contract)) return [];
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(contract)) {
    if (key === 'columns' || key === 'data_type') {
      if (!contractModes.includes(value as string))
        problems.push({ pointer: `/contract/${key}`, problem: `must be one of ${contractModes.join(', ')}` });
    } else if (key === 'rows') {
      const { max_drop: drop, min } = (isObject(value) ? value : {}) as { max_drop?: unknown; min?: unknown };
      if (!isObject(value)) problems.push({ pointer: '/contract/rows', problem: 'must be an object' });
      if (drop !== undefined && !(isText(drop) && /^\d{1,3}(\.\d+)?%$/.test(drop)))
        problems.push({ pointer: '/contract/rows/max_drop', problem: 'must be a share such as 20%' });
      if (min !== undefined && !(Number.isInteger(min) && (min as number) >= 0))
        problems.push({ pointer: '/contract/rows/min', problem: 'must be a whole number' });
    } else problems.push({ pointer: `/contract/${segment(key)}`, problem: 'is not a key of a contract' });
  }
  return problems;
}

const scheduleOptions: Record<string, [(value: unknown) => boolean, string]> = {
  missed: [(v) => ['last', 'all', 'none'].includes(v as string), 'last, all or none'],
  overlap: [(v) => ['queue', 'skip'].includes(v as string), 'queue or skip'],
  start: [(v) => isText(v) && isInstant(v), 'an ISO time'],
  end: [(v) => isText(v) && isInstant(v), 'an ISO time'],
  skip_unchanged: [(v) => typeof v === 'boolean', 'true or false'],
  stop_after_failures: [(v) => Number.isInteger(v) && (v as number) >= 1, 'a whole number from 1'],
};

function checkScheduleOptions(options: unknown): Problem[] {
  if (!isObject(options)) return [];
  return Object.entries(options).flatMap(([key, value]) => {
    const rule = scheduleOptions[key];
    const pointer = `/schedule_options/${segment(key)}`;
    if (rule === undefined) return [{ pointer, problem: 'is not an option of a schedule' }];
    return value === null || rule[0](value) ? [] : [{ pointer, problem: `must be ${rule[1]}` }];
  });
}

export const ownerPattern = /^[A-Za-z0-9._:-]{1,128}$/;
export const datasetPattern = /^(?!\.)[A-Za-z0-9._-]{1,100}$/;

export const isFileName = (name: string): boolean => /^(?!\.)[A-Za-z0-9._-]{1,200}$/.test(name) && !name.includes('..');

const isInstant = (text: string) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isTextMap = (value: unknown) => isObject(value) && Object.values(value).every(isText);
