import { text } from 'node:stream/consumers';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { redactUrl } from '../platform/fetch/index.ts';
import { parseNamed } from '../platform/parse-document.ts';
import type { ReadableBlobs } from './auth/readable-blobs.ts';
import type { UsableConnections } from './auth/usable-connections.ts';
import { checkSpecSteps, fieldsOf } from './check-spec-steps.ts';
import type { ConnectionUse } from './connection-store.ts';
import { flowFetcher } from './flow-fetcher.ts';
import { specLimits } from './limits.ts';
import { addressesOf, blobOf, connectionOf } from './pure/addresses.ts';
import { checkLoadKey } from './pure/check-load.ts';
import { checkCollisions, checkNormalised } from './pure/check-plan.ts';
import { checkDescriptor, checkShape } from './pure/check-shape.ts';
import { PlanFault, type Problem } from './pure/faults.ts';
import type { FlowPlan, FlowSpec, JsonObject } from './pure/flow-spec.ts';
import { isObject } from './pure/json.ts';
import { descriptorAddress, normaliseSpec } from './pure/normalise-spec.ts';
import { planFlow } from './pure/plan-flow.ts';

export type ReadSpec =
  | {
      normalised: FlowSpec;
      lines: string[];
      planFor(n: number): FlowPlan;
      /** Hashes of the blobs it reads. */
      blobs: string[];
      connections: ConnectionUse[];
    }
  /** As the answer to an upload lists them (contract §2.3, rows 6 and 7). */
  | { errors: string[] };

/** What of other people's a spec may name. */
export interface SpecRights {
  readable: ReadableBlobs;
  usable: UsableConnections;
}

/** Everything that can be wrong with a spec apart from who sends it. Writes nothing; may fetch a descriptor. */
export async function readSpec(context: Context, spec: JsonObject, rights: SpecRights): Promise<ReadSpec> {
  const limits = specLimits(context.config);
  try {
    const shape = checkShape(spec, limits);
    if (shape.length > 0) return refused(shape);
    const address = descriptorAddress(spec);
    const fetched = address === undefined ? undefined : await fetchDescriptor(context, address);
    const fetchedShape = checkDescriptor(fetched, '/inputs/0/parameters/descriptor', limits);
    if (fetchedShape.length > 0) return refused(fetchedShape);
    const { spec: normalised, lines } = normaliseSpec(spec, fetched);
    const problems = checkNormalised(normalised);
    if (problems.length > 0) return refused(problems);
    const { flowAllowedTypes: allowed } = context.config;
    const planFor = (n: number) => planFlow(normalised, n, allowed.length === 0 ? undefined : allowed);
    const plan = planFor(1);
    const faults = [
      ...checkCollisions(normalised, plan),
      ...checkSpecSteps(normalised, plan),
      ...checkLoadKey(normalised, plan.resources, fieldsOf),
    ];
    if (faults.length > 0) return refused(faults);
    const { blobs, unreadable } = await blobsOf(normalised, rights.readable);
    const { connections, unusable } = await connectionsOf(normalised, rights.usable);
    const foreign = [...unreadable, ...unusable];
    return foreign.length > 0 ? refused(foreign) : { normalised, lines, planFor, blobs, connections };
  } catch (error) {
    if (error instanceof PlanFault) return { errors: [`Unexpected error: ${error.message}`] };
    throw error;
  }
}

async function blobsOf(spec: FlowSpec, readable: ReadableBlobs): Promise<{ blobs: string[]; unreadable: Problem[] }> {
  const named = addressesOf(spec).flatMap(({ address, pointer }) => {
    const sha256 = blobOf(address);
    return sha256 === undefined ? [] : [{ sha256, pointer }];
  });
  const blobs = [...new Set(named.map(({ sha256 }) => sha256))];
  const mine = blobs.length === 0 ? new Set() : await readable(spec.meta.ownerid, blobs);
  const unreadable = named
    .filter(({ sha256 }) => !mine.has(sha256))
    .map(({ sha256, pointer }) => ({ pointer, problem: `blob:sha256:${sha256} is not there, or not yours to read` }));
  return { blobs, unreadable };
}

async function connectionsOf(
  spec: FlowSpec,
  usable: UsableConnections,
): Promise<{ connections: ConnectionUse[]; unusable: Problem[] }> {
  const named = addressesOf(spec).filter(({ address }) => connectionOf(address) !== undefined);
  const addresses = [...new Set(named.map(({ address }) => address))];
  const connections = addresses.length === 0 ? [] : await usable(spec.meta.ownerid, addresses);
  const mine = new Set(connections.map(({ address }) => address));
  const unusable = named
    .filter(({ address }) => !mine.has(address))
    .map(({ address, pointer }) => ({ pointer, problem: `${address} is not there, or not yours to use` }));
  return { connections, unusable };
}

const refused = (problems: Problem[]): { errors: string[] } => ({
  errors: ['Validation failed for contents', ...problems.map(({ pointer, problem }) => `${pointer}: ${problem}`)],
});

async function fetchDescriptor(context: Context, address: string): Promise<JsonObject> {
  try {
    const answer = await flowFetcher(context).fetch(address, {
      maxBytes: context.config.flowSpecMaxBytes,
      totalMs: 10_000,
    });
    const body = await text(answer.body);
    if (answer.status !== 200) throw new PlanFault(`${redactUrl(address)} answered ${answer.status}`);
    const descriptor = parseNamed(new URL(address).pathname, body);
    if (!isObject(descriptor)) throw new PlanFault(`${redactUrl(address)} is no descriptor`);
    return descriptor;
  } catch (error) {
    if (error instanceof PlanFault) throw error;
    if (error instanceof SyntaxError)
      throw new PlanFault(
        `${redactUrl(address)} is not ${/\.ya?ml$/i.test(new URL(address).pathname) ? 'YAML' : 'JSON'}`,
      );
    if (error instanceof AppError) throw new PlanFault(error.message);
    throw error;
  }
}
