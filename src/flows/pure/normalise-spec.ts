import { missingKey, PlanFault } from './faults.ts';
import type { Findability, FlowSpec, JsonObject, ProcessingSpec } from './flow-spec.ts';
import { isObject, isText, objectOf, without } from './json.ts';
import { normaliseDescriptor } from './normalise-descriptor.ts';
import { normaliseSchema } from './normalise-schema.ts';

/** Says what was changed; the revision's `logs` begin with these lines. */
export type Say = (line: string) => void;

/**
 * Address a descriptor has to be read from before the spec can be normalised (contract §5.5); undefined: nothing is missing.
 * Throws PlanFault where there is no such address.
 */
export function descriptorAddress(spec: JsonObject): string | undefined {
  const { url, parameters } = onlyInput(spec);
  const { descriptor, 'resource-mapping': mapping } = objectOf(parameters) ?? {};
  if (isObject(descriptor) || isObject(mapping)) return undefined;
  if (isText(url) && /^https?:\/\//i.test(url)) return url;
  throw missingKey('descriptor');
}

/** `spec` has passed `checkShape`. Idempotent. Throws PlanFault. */
export function normaliseSpec(spec: JsonObject, fetched?: JsonObject): { spec: FlowSpec; lines: string[] } {
  const lines: string[] = [];
  const say: Say = (line) => lines.push(line);
  const given = objectOf(spec.meta) ?? {};
  if (!isText(given.ownerid)) throw missingKey('ownerid');
  if (!isText(given.dataset)) throw missingKey('dataset');
  const { ownerid, dataset } = given;
  const input = onlyInput(spec);
  const parameters = objectOf(input.parameters) ?? {};
  const mapping = objectOf(parameters['resource-mapping']) as { [name: string]: string } | undefined;
  const descriptor = descriptorOf(parameters.descriptor, fetched, mapping, dataset, say);
  const { schedule, schedule_options: options, policy, contract } = spec;
  const normalised: FlowSpec = {
    meta: { ...given, ownerid, dataset, findability: findabilityOf(given.findability, say) } as FlowSpec['meta'],
    inputs: [
      {
        kind: 'datapackage',
        ...(isText(input.url) ? { url: input.url } : {}),
        parameters: {
          ...without(parameters, 'descriptor'),
          descriptor: normaliseDescriptor(descriptor, say),
        },
      },
    ],
    processing: processingOf(spec.processing, say),
    outputs: outputsOf(spec.outputs, dataset, say),
    ...(isObject(policy) ? { policy } : {}),
    ...(isText(schedule) ? { schedule: schedule.trim() } : {}),
    ...(isObject(options) ? { schedule_options: options } : {}),
    ...(isObject(contract) ? { contract } : {}),
    ...(isObject(spec.load) ? { load: loadOf(spec.load) } : {}),
  };
  return { spec: normalised, lines };
}

function onlyInput(spec: JsonObject): JsonObject {
  if (!Array.isArray(spec.inputs)) throw missingKey('inputs');
  if (spec.inputs.length !== 1) throw new PlanFault('Only supporting one input atm');
  const input = spec.inputs[0] as JsonObject;
  if (!isText(input.kind)) throw missingKey('kind');
  if (input.kind !== 'datapackage') throw new PlanFault('Only supporting datapackage inputs atm');
  return input;
}

function findabilityOf(word: unknown, say: Say): Findability {
  if (word === 'published' || word === 'unlisted' || word === 'private') return word;
  const becomes =
    word === undefined || word === null || word === 'public' || word === 'publish' ? 'published' : 'unlisted';
  say(`meta.findability: ${isText(word) ? `'${word}'` : 'absent'} becomes '${becomes}'`);
  return becomes;
}

function descriptorOf(
  given: unknown,
  fetched: JsonObject | undefined,
  mapping: { [name: string]: string } | undefined,
  dataset: string,
  say: Say,
): JsonObject {
  if (isObject(given)) return given;
  if (mapping !== undefined) {
    say('descriptor: made from the resource mapping');
    return { name: dataset, resources: Object.keys(mapping).map((key) => ({ name: key, path: `data/${key}.csv` })) };
  }
  if (fetched === undefined) throw missingKey('descriptor');
  say('descriptor: read from the address of the input');
  return fetched;
}

/** Of two steps with one output the last counts (contract §5.3). */
function processingOf(given: unknown, say: Say): ProcessingSpec[] {
  const steps = (Array.isArray(given) ? given : []).map((step) => processingStep(step as JsonObject, say));
  return steps.filter((step, i) => {
    const isReplaced = steps.some((later, k) => k > i && later.output === step.output);
    if (isReplaced) say(`processing: two steps make '${step.output}'; the last one counts`);
    return !isReplaced;
  });
}

function processingStep(step: JsonObject, say: Say): ProcessingSpec {
  const { input, output, tabulator, schema, dpp, policy } = step;
  if (!isText(input)) throw missingKey('input');
  if (!isText(output)) throw missingKey('output');
  return {
    input,
    output,
    ...(Array.isArray(tabulator)
      ? { tabulator: merged(tabulator as JsonObject[], output, say) }
      : isObject(tabulator)
        ? { tabulator }
        : {}),
    ...(isText(schema) ? { schema } : isObject(schema) ? { schema: normaliseSchema(schema, output, say) } : {}),
    ...(Array.isArray(dpp) ? { dpp: dpp.map((one) => dppStep(one as JsonObject, output, say)) } : {}),
    ...(isObject(policy) ? { policy } : {}),
  };
}

function merged(list: JsonObject[], output: string, say: Say): JsonObject {
  say(`processing '${output}': ${list.length} tabulator objects become one`);
  return Object.assign({}, ...list) as JsonObject;
}

function dppStep(step: JsonObject, output: string, say: Say): { run: string; parameters: JsonObject } {
  if (!isText(step.run)) throw missingKey('run');
  for (const key of Object.keys(step).filter((name) => name !== 'run' && name !== 'parameters'))
    say(`processing '${output}', step '${step.run}': '${key}' is ignored`);
  return { run: step.run, parameters: objectOf(step.parameters) ?? {} };
}

const knownOutputs = new Set(['zip', 'parquet', 'sqlite']);

function outputsOf(given: unknown, dataset: string, say: Say): FlowSpec['outputs'] {
  const outputs: FlowSpec['outputs'] = [];
  for (const output of (Array.isArray(given) ? given : []) as JsonObject[]) {
    const kind = output.kind as string;
    if (!knownOutputs.has(kind)) say(`outputs: the kind '${kind}' is not known and is ignored`);
    else if (outputs.some((one) => one.kind === kind)) say(`outputs: only the first '${kind}' counts`);
    else outputs.push({ kind, parameters: withOutFile(kind, objectOf(output.parameters) ?? {}, dataset, say) });
  }
  if (!outputs.some((output) => output.kind === 'zip')) {
    say(`outputs: a zip '${dataset}.zip' is added`);
    outputs.push({ kind: 'zip', parameters: { 'out-file': `${dataset}.zip` } });
  }
  return outputs;
}

function withOutFile(kind: string, parameters: JsonObject, dataset: string, say: Say): JsonObject {
  if (kind === 'parquet' || isText(parameters['out-file'])) return parameters;
  const outFile = `${dataset}.${kind}`;
  say(`outputs: the ${kind} is called '${outFile}'`);
  return { ...parameters, 'out-file': outFile };
}

/** Null stands for absent. */
function loadOf({ mode, key }: JsonObject): NonNullable<FlowSpec['load']> {
  const names = key === undefined || key === null ? [] : isText(key) ? [key] : (key as string[]);
  return { mode: (mode ?? 'replace') as 'replace', key: names };
}
