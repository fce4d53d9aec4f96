import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditEntry } from '../platform/audit/index.ts';
import type { Access } from './access.ts';
import type { ActionDeclaration, ParameterValues } from './declaration.ts';
import * as errors from './errors.ts';
import { replayedHeader, startOnce } from './idempotency.ts';
import { preference } from './preference.ts';
import { nearest } from './pure/nearest.ts';
import { parameterValue, parseList, type RawQuery } from './pure/parse-list.ts';
import { readBody } from './pure/read-body.ts';
import { readList } from './read-list.ts';
import { readOne } from './read-one.ts';
import { type ActionRun, accessOf, modelNamed, type Resources } from './resources.ts';

/** A call waits so long for its run unless `Prefer: wait=` or `respond-async` says otherwise. */
const defaultWaitSeconds = 20;
const maxWaitSeconds = 60;

/** Starts or joins the run and answers with what it left: 200 when it has ended, 202 while it goes on. */
export async function runAction(
  resources: Resources,
  action: ActionDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actions } = resources.deps;
  if (actions === undefined) throw new Error(`nobody runs actions, ${action.resource_name} among them`);
  if (request.method === 'GET') refuseUnsafeGet(resources, request);
  const access = await accessOf(resources, request);
  if (access.userId === null) throw errors.authorizationRequired();
  const parameters = parametersOf(action, request);
  await checkReferences(resources, action, parameters, access);
  if (!access.can(action.right) && !hasReference(action)) throw errors.forbidden();
  const asked = {
    kind: action.run_kind,
    lockKey: `${action.resource_name} ${action.lock_key(parameters)}`,
    parameters,
    access,
  };
  const { started, replayed } = await startOnce(resources.deps.db, request, access, async (tx) => {
    const run = await actions.start(tx, asked);
    await resources.deps.audit?.(tx, access, [auditEntry(action, parameters, run)]);
    return { run };
  });
  if (replayed) reply.header(replayedHeader, 'true');
  const run = await waited(actions, started.run, request);
  return await answer(resources, action, parameters, access, run, reply);
}

function auditEntry(action: ActionDeclaration, parameters: ParameterValues, runId: string): AuditEntry {
  const object = Object.entries(action.parameters)
    .filter(([name, { references }]) => references !== undefined && parameters[name] !== undefined)
    .map(([name, { references }]) => `${references}/${parameters[name]}`)[0];
  const name = action.resource_name;
  return { action: name, object: object ?? name, before: null, after: parameters, runId };
}

/** A GET that does something must not be a link somebody can be lured to: a cookie is no credential here. */
function refuseUnsafeGet(resources: Resources, request: FastifyRequest): void {
  if (resources.deps.getActions === false) throw errors.actionGetOff();
  const hasHeader =
    resources.deps.hasHeaderCredential?.(request) ??
    (request.headers.authorization !== undefined || request.headers['auth-token'] !== undefined);
  if (!hasHeader) throw errors.actionNeedsHeader();
  resources.deps.demandVerb?.(request, 'POST');
}

const credentials = ['token', 'api_key', 'username'];

/** The same parameters, in query or body; the body wins. */
function parametersOf(action: ActionDeclaration, request: FastifyRequest): ParameterValues {
  const given: Record<string, unknown> = { ...(request.query as RawQuery) };
  if (request.body !== undefined && request.body !== null) {
    const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
    const body = readBody(request.body, mediaType);
    if (!('one' in body)) throw errors.malformedBody('The body must be one object.');
    Object.assign(given, body.one);
  }
  const values: ParameterValues = {};
  const names = Object.keys(action.parameters);
  for (const [name, value] of Object.entries(given)) {
    if (credentials.includes(name)) continue;
    const declared = Object.hasOwn(action.parameters, name) ? action.parameters[name] : undefined;
    if (declared === undefined) throw errors.unknownParameter(name, nearest(name, names));
    if (Array.isArray(value)) throw errors.repeatedParameter(name);
    if (value === null || value === '') continue;
    values[name] = parameterValue(name, String(value), declared.type, declared.choices);
  }
  for (const name of names) {
    if (action.parameters[name]!.required && values[name] === undefined) throw errors.missingParameter(name);
  }
  return values;
}

const hasReference = (action: ActionDeclaration) =>
  Object.values(action.parameters).some((parameter) => parameter.references !== undefined);

/** What an action works on must be there for the caller (404), and be theirs to work on (403). */
async function checkReferences(
  resources: Resources,
  action: ActionDeclaration,
  parameters: ParameterValues,
  access: Access,
): Promise<void> {
  for (const [name, { references }] of Object.entries(action.parameters)) {
    if (references === undefined || parameters[name] === undefined) continue;
    const model = modelNamed(resources, references);
    const { may } = await readOne(resources, model, parameters[name], access, undefined, action.right);
    if (!may) throw errors.forbidden();
  }
}

async function waited(
  actions: NonNullable<Resources['deps']['actions']>,
  id: string,
  request: FastifyRequest,
): Promise<ActionRun> {
  const asked = Number(preference(request, 'wait') ?? defaultWaitSeconds);
  const seconds =
    preference(request, 'respond-async') !== undefined
      ? 0
      : Number.isFinite(asked)
        ? Math.min(Math.max(asked, 0), maxWaitSeconds)
        : defaultWaitSeconds;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  request.raw.socket.once('close', onClose);
  try {
    return await actions.wait(id, seconds, gone.signal);
  } finally {
    request.raw.socket.off('close', onClose);
  }
}

async function answer(
  resources: Resources,
  action: ActionDeclaration,
  parameters: ParameterValues,
  access: Access,
  run: ActionRun,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  const { ended, error, ...shown } = run;
  if (!ended) {
    const body = { meta: { total_count: 0, run: shown }, objects: [], error: null };
    return reply.code(202).header('location', `/api/v1/run/${run.id}`).send(body);
  }
  if (error !== undefined) throw errors.runFailed(error, shown);
  const { objects, total } = await objectsOf(resources, action, parameters, access, run.summary);
  const meta = JSON.stringify({ total_count: total, run: shown });
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(`{"meta":${meta},"objects":${objects},"error":null}`);
}

/** Read after the run, with the caller's rights and decoded as everywhere. */
async function objectsOf(
  resources: Resources,
  action: ActionDeclaration,
  parameters: ParameterValues,
  access: Access,
  summary: unknown,
): Promise<{ objects: string; total: number }> {
  if (action.objects === undefined) return { objects: '[]', total: 0 };
  if ('rows' in action.objects) return action.objects.rows(summary, access);
  const model = modelNamed(resources, action.objects.resource);
  const raw = { ...action.objects.filter(parameters), count: 'exact' };
  const { cursorKey } = resources.deps;
  const query = parseList(model, { raw, format: 'json', preferredCount: undefined, cursorKey }, access);
  const { objects, total } = await readList(resources, model, query, access, '');
  return { objects: `[${objects}]`, total: total ?? 0 };
}
