import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../platform/db/index.ts';
import { addVary, matchesTag, methodNotAllowed, readTextFiles, unsupportedMediaType } from '../platform/http/index.ts';
import type { Access } from './access.ts';
import { deleteByFilter } from './delete-by-filter.ts';
import { deleteObject } from './delete-objects.ts';
import { describeIndex, describeResource } from './describe.ts';
import * as errors from './errors.ts';
import { type Answer, answerOnce, sendAnswer } from './idempotency.ts';
import { linkHeaders } from './link-headers.ts';
import { preference } from './preference.ts';
import { chooseFormat } from './pure/choose-format.ts';
import { givenId } from './pure/given-id.ts';
import type { Model } from './pure/model.ts';
import { nearest } from './pure/nearest.ts';
import * as operations from './pure/openapi.ts';
import { parameterValue, parseList, type RawQuery } from './pure/parse-list.ts';
import { resourceUri } from './pure/plan-object.ts';
import { type Format, formats } from './pure/query.ts';
import { type Body, readBody } from './pure/read-body.ts';
import { isHopeless } from './pure/statement.ts';
import { listTag, objectTag, readList } from './read-list.ts';
import { parseId, readOne, readSet } from './read-one.ts';
import { accessOf, modelNamed, type Resources } from './resources.ts';
import { runAction } from './run-action.ts';
import { streamList } from './stream-list.ts';
import { writeBulk } from './write-bulk.ts';
import { createObject, updateObject, type Written } from './write-object.ts';

export const apiPrefix = '/api/v1';

/** Every route of every resource. Trailing slashes are the router's matter: it is told to ignore them. */
export async function registerResources(app: FastifyInstance, resources: Resources): Promise<void> {
  await app.register(async (scope) => {
    readTextBodies(scope);
    scope.get(apiPrefix, hidden, async (request, reply) => {
      const access = await accessOf(resources, request);
      const full = flag(request, 'fullschema');
      return reply.send(describeIndex(resources, access, full));
    });
    const allowed: Allowed = new Map();
    for (const model of resources.models.values()) allowed.set(model.name, registerResource(scope, resources, model));
    for (const action of resources.actions) {
      scope.route({
        method: ['GET', 'POST'],
        url: `${apiPrefix}/${action.resource_name}`,
        // HEAD is safe, and this does something.
        exposeHeadRoute: false,
        ...described(operations.actionOperation(action)),
        handler: (request, reply) => runAction(resources, action, request, reply),
      });
      const list = resources.deps.getActions === false ? ['OPTIONS', 'POST'] : ['GET', 'OPTIONS', 'POST'];
      allowed.set(action.resource_name, { list });
    }
    for (const { declaration } of resources.models.values()) {
      if (declaration.nested === undefined) continue;
      const above = allowed.get(declaration.nested.resource);
      if (above) above.below = [...(above.below ?? []), declaration.nested.name];
    }
    closeMethods(scope, allowed);
  });
}

function registerResource(scope: FastifyInstance, resources: Resources, model: Model): AllowedMethods {
  const list = `${apiPrefix}/${model.name}`;
  const detail = `${list}/:pk`;
  const listMethods = ['GET', 'HEAD', 'OPTIONS'];
  const detailMethods = ['GET', 'HEAD', 'OPTIONS'];

  const { own_routes: own } = model.declaration;
  if (!own?.list?.includes('GET')) {
    scope.get(list, described(operations.listOperation(model, formatsOf(resources, model))), (request, reply) =>
      answerList(resources, model, request, reply),
    );
  }
  const { nested } = model.declaration;
  if (nested !== undefined) {
    const url = `${apiPrefix}/${nested.resource}/:pk/${nested.name}`;
    const operation = operations.listOperation(model, formatsOf(resources, model));
    scope.get(url, described({ ...operation, operationId: `${model.name}.nested` }), (request, reply) =>
      answerNestedList(resources, model, nested, request, reply),
    );
  }
  if (!own?.detail?.includes('GET')) {
    scope.get(detail, described(operations.detailOperation(model)), (request, reply) =>
      answerDetail(resources, model, (request.params as { pk: string }).pk, request, reply),
    );
  }
  scope.get(`${list}/set/:ids`, described(operations.setOperation(model)), (request, reply) =>
    answerSet(resources, model, request, reply),
  );
  scope.get(`${list}/schema`, described(operations.schemaOperation(model)), async (request, reply) => {
    const access = await readingAccess(resources, model, request);
    onlyParameters(request, []);
    return reply.send(describeResource(resources, model, access));
  });

  if (model.methods.has('POST')) {
    listMethods.push('POST');
    scope.post(list, described(operations.createOperation(model)), (request, reply) =>
      answerWriteToList(resources, model, request, reply, 'POST'),
    );
  }
  if (model.methods.has('PUT')) {
    listMethods.push('PUT');
    detailMethods.push('PUT');
    scope.put(list, described(operations.bulkOperation(model, 'PUT')), (request, reply) =>
      answerWriteToList(resources, model, request, reply, 'PUT'),
    );
    scope.put(detail, described(operations.updateOperation(model, 'PUT')), (request, reply) =>
      answerUpdate(resources, model, request, reply, 'replace'),
    );
  }
  if (model.methods.has('PATCH')) {
    listMethods.push('PATCH');
    detailMethods.push('PATCH');
    scope.patch(list, described(operations.bulkOperation(model, 'PATCH')), (request, reply) =>
      answerWriteToList(resources, model, request, reply, 'PATCH'),
    );
    scope.patch(detail, described(operations.updateOperation(model, 'PATCH')), (request, reply) =>
      answerUpdate(resources, model, request, reply, 'update'),
    );
  }
  if (model.methods.has('DELETE')) {
    listMethods.push('DELETE');
    detailMethods.push('DELETE');
    scope.delete(list, described(operations.deleteFromListOperation(model)), (request, reply) =>
      answerDeleteFromList(resources, model, request, reply),
    );
    scope.delete(detail, described(operations.deleteOperation(model)), (request, reply) =>
      answerDelete(resources, model, request, reply),
    );
  }
  return {
    list: [...new Set([...listMethods, ...(own?.list ?? [])])].sort(),
    detail: [...new Set([...detailMethods, ...(own?.detail ?? [])])].sort(),
    below: ['set'],
  };
}

/** For a route of another contract at a resource's address: what the resource says to such a request. */
export function answerResourceList(name: string, request: FastifyRequest, reply: FastifyReply) {
  const { resources } = request.server;
  return answerList(resources, modelNamed(resources, name), request, reply);
}

/** Likewise of one object; `pk` as it stands in the address. */
export function answerResourceDetail(name: string, pk: string, request: FastifyRequest, reply: FastifyReply) {
  const { resources } = request.server;
  return answerDetail(resources, modelNamed(resources, name), pk, request, reply);
}

/** For a module that has just made an object: what a GET of it answers who has `access`. */
export async function readResourceObject(
  resources: Resources,
  name: string,
  id: unknown,
  access: Access,
): Promise<Answer> {
  const model = modelNamed(resources, name);
  const { body, whole } = await readOne(resources, model, id, access, undefined);
  return { status: 200, headers: { etag: objectTag(whole) }, body: envelopeOne(model, body) };
}

/** For a module's own POST that was sent an object with its id: changes the fields that were sent. */
export async function changeResourceObject(
  name: string,
  request: FastifyRequest,
  sent: { values: Record<string, unknown>; isText: boolean; dryRun: boolean },
): Promise<Answer> {
  const { resources } = request.server;
  const model = modelNamed(resources, name);
  const access = await writingAccess(resources, model, request, 'write');
  const { isText, dryRun } = sent;
  const one = await given(resources, model, sent.values);
  return await answerOnce(
    resources.deps.db,
    request,
    access,
    (tx) => writeOne({ resources, model, access, tx }, { one, isText }, request.headers['if-match']),
    { dryRun, identity: one },
  );
}

/** The schema is for readers: what a request may say is checked by the framework, and answers are text already. */
function described(schema: operations.Operation) {
  return { schema, validatorCompiler: () => () => true, serializerCompiler: () => JSON.stringify };
}

const hidden = { schema: { hide: true } };

interface AllowedMethods {
  list: string[];
  detail?: string[];
  /** What can be read below an object's address. */
  below?: string[];
}
type Allowed = Map<string, AllowedMethods>;

const readOnly = ['GET', 'HEAD', 'OPTIONS'];

/**
 * OPTIONS tells what there is; a method that an address does not have is 405 with the same list. One route for all
 * resources, behind theirs: five for each address of each resource would be most of the server's start-up.
 */
function closeMethods(scope: FastifyInstance, allowed: Allowed): void {
  const own = ownAddresses(scope);
  const addresses: Record<
    string,
    (of: AllowedMethods, below: { resource: string; pk: string; below: string }) => string[] | undefined
  > = {
    [`${apiPrefix}/:resource`]: ({ list }) => list,
    [`${apiPrefix}/:resource/:pk`]: ({ detail }, { resource, pk }) =>
      pk === 'schema' ? readOnly : (own.get(`${apiPrefix}/${resource}/${pk}`) ?? detail),
    [`${apiPrefix}/:resource/:pk/:below`]: (of, { pk, below }) =>
      [pk, below].some((name) => of.below?.includes(name)) ? readOnly : undefined,
  };
  for (const [url, methodsOf] of Object.entries(addresses)) {
    scope.route<{ Params: { resource: string; pk: string; below: string } }>({
      method: ['OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url,
      ...hidden,
      config: { isFallback: true },
      handler: (request, reply) => {
        const of = allowed.get(request.params.resource);
        const methods = of && methodsOf(of, request.params);
        if (methods === undefined) return reply.callNotFound();
        if (request.method !== 'OPTIONS') throw methodNotAllowed(methods);
        return reply.code(204).header('allow', methods.join(', ')).send();
      },
    });
  }
}

/** What modules have at addresses that look like an object's, such as `source_object_map/apply`, with the methods. */
function ownAddresses(scope: FastifyInstance): Map<string, string[]> {
  const own = new Map<string, string[]>();
  for (const { method, url } of scope.knownRoutes ?? []) {
    if (!/^\/api\/v1\/\w+\/\w+$/.test(url)) continue;
    own.set(url, [...(own.get(url) ?? ['OPTIONS']), method].sort());
  }
  return own;
}

/** The list of what belongs to one object; an object the caller does not see has none. */
async function answerNestedList(
  resources: Resources,
  model: Model,
  { resource, field }: { resource: string; field: string },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const above = modelNamed(resources, resource);
  const access = await readingAccess(resources, above, request);
  const id = parseId(above, (request.params as { pk: string }).pk);
  await readOne(resources, above, id, access, above.primaryKey.name);
  request.query = { ...(request.query as RawQuery), [field]: String(id) };
  return answerList(resources, model, request, reply);
}

async function answerList(resources: Resources, model: Model, request: FastifyRequest, reply: FastifyReply) {
  const access = await readingAccess(resources, model, request);
  const raw = (await given(resources, model, request.query as RawQuery)) as RawQuery;
  const format = chooseFormat(single(raw.format), request.headers.accept, formatsOf(resources, model));
  const query = parseList(
    model,
    {
      raw,
      format,
      preferredCount: preference(request, 'count'),
      cursorKey: resources.deps.cursorKey,
    },
    access,
  );
  const path = `${apiPrefix}/${model.name}/`;
  addVary(reply, 'Accept');
  if (format !== 'json') return await streamList(resources, model, query, access, path, request, reply);
  const { body, links } = await readList(resources, model, query, access, path);
  linkHeaders(reply, links);
  const tag = listTag(body);
  reply.header('etag', tag);
  if (isUnchanged(request, tag)) return reply.code(304).send();
  return sendJson(reply, body);
}

function formatsOf(resources: Resources, model: Model): Format[] {
  return formats.filter(
    (format) =>
      (format !== 'parquet' || resources.deps.workFolder !== undefined) &&
      (format !== 'geojson' || model.declaration.geometry !== undefined),
  );
}

async function answerDetail(
  resources: Resources,
  model: Model,
  pk: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const access = await readingAccess(resources, model, request);
  const query = onlyParameters(request, ['fields', 'format'], model);
  chooseFormat(query.format, request.headers.accept, ['json']);
  const { body, whole } = await readOne(resources, model, parseId(model, pk), access, query.fields);
  const tag = objectTag(whole);
  reply.header('etag', tag);
  if (isUnchanged(request, tag)) return reply.code(304).send();
  return sendJson(reply, envelopeOne(model, body));
}

async function answerSet(resources: Resources, model: Model, request: FastifyRequest, reply: FastifyReply) {
  const access = await readingAccess(resources, model, request);
  onlyParameters(request, ['format'], model);
  const { ids } = request.params as { ids: string };
  const parsed = ids
    .split(';')
    .filter((text) => text !== '')
    .map((text) => parseId(model, text));
  return sendJson(reply, await readSet(resources, model, [...new Set(parsed)], access));
}

async function answerWriteToList(
  resources: Resources,
  model: Model,
  request: FastifyRequest,
  reply: FastifyReply,
  method: 'POST' | 'PUT' | 'PATCH',
) {
  const access = await writingAccess(resources, model, request, method === 'POST' ? 'create' : 'write');
  const { dry_run } = onlyParameters(request, ['dry_run'], model);
  const body = await bodyOf(resources, model, request);
  if ('one' in body && method !== 'POST') throw errors.malformedBody('The body must be {"objects":[…]}.');
  const dryRun = dry_run !== undefined && parameterValue('dry_run', dry_run, 'boolean') === true;
  const answer = await answerOnce(
    resources.deps.db,
    request,
    access,
    (tx) =>
      'one' in body
        ? writeOne({ resources, model, access, tx }, body, request.headers['if-match'])
        : writeBulk({ resources, model, access, tx }, body, method, {
            lenient: preference(request, 'handling') === 'lenient',
            minimal: preference(request, 'return') === 'minimal',
            representation: preference(request, 'return') === 'representation',
          }),
    { dryRun },
  );
  return sendAnswer(reply, answer);
}

type OneBody = Extract<Body, { one: unknown }>;

/** POST creates; with a truthy key that is not −1 it changes the sent fields of that object. */
async function writeOne(
  writer: Parameters<typeof createObject>[0],
  body: OneBody,
  ifMatch: string | undefined,
): Promise<Answer> {
  const { model } = writer;
  const given = givenId(model, body.one);
  const written =
    given === undefined
      ? await createObject(writer, { values: body.one, isText: body.isText })
      : await updateObject(writer, parseId(model, given), { values: body.one, isText: body.isText }, 'update', ifMatch);
  return answerOfWritten(model, written);
}

function answerOfWritten(model: Model, written: Written): Answer {
  return {
    status: written.created ? 201 : 200,
    body: envelopeOne(model, written.body),
    headers: {
      etag: objectTag(written.body),
      ...(written.created ? { location: resourceUri(model, written.id) } : {}),
    },
  };
}

async function answerUpdate(
  resources: Resources,
  model: Model,
  request: FastifyRequest,
  reply: FastifyReply,
  mode: 'update' | 'replace',
) {
  const access = await writingAccess(resources, model, request, 'write');
  onlyParameters(request, [], model);
  const id = writtenId(model, request);
  const body = await bodyOf(resources, model, request);
  if (!('one' in body)) throw errors.malformedBody('The body must be one object.');
  const inBody = body.one[model.primaryKey.name];
  if (inBody !== undefined && inBody !== null && inBody !== '' && String(inBody) !== String(id)) {
    throw errors.malformedBody(`'${model.primaryKey.name}' in the body is not the one in the address`);
  }
  const written = await resources.deps.db.transaction((tx) =>
    updateObject(
      { resources, model, access, tx },
      id,
      { values: body.one, isText: body.isText },
      mode,
      request.headers['if-match'],
    ),
  );
  reply.code(mode === 'update' ? 202 : 200).header('etag', objectTag(written.body));
  return sendJson(reply, envelopeOne(model, written.body));
}

async function answerDelete(resources: Resources, model: Model, request: FastifyRequest, reply: FastifyReply) {
  const access = await writingAccess(resources, model, request, 'delete');
  const { cascade } = onlyParameters(request, ['cascade'], model);
  const id = writtenId(model, request);
  await deleteIn(resources, model, access, id, cascade, request);
  return reply.code(204).send();
}

async function answerDeleteFromList(resources: Resources, model: Model, request: FastifyRequest, reply: FastifyReply) {
  const access = await writingAccess(resources, model, request, 'delete');
  const query = singles(request);
  const { cascade, [model.primaryKey.name]: id, ...rest } = query;
  const others = Object.keys(rest).filter((name) => !['token', 'api_key', 'username'].includes(name));
  if (id !== undefined && others.length === 0) {
    await deleteIn(resources, model, access, parseId(model, id), cascade, request);
    return reply.code(204).send();
  }
  if (!model.declaration.delete_by_filter) throw errors.deleteNotByFilter(model.name);
  const filters = (await given(resources, model, query)) as Record<string, string>;
  return sendJson(reply, await deleteByFilter(resources, model, access, filters));
}

/** The object to be written. A resource's schema stands at an object's address and is none. */
function writtenId(model: Model, request: FastifyRequest): unknown {
  const { pk } = request.params as { pk: string };
  if (pk === 'schema') throw methodNotAllowed(readOnly);
  return parseId(model, pk);
}

async function deleteIn(
  resources: Resources,
  model: Model,
  access: Access,
  id: unknown,
  cascade: string | undefined,
  request: FastifyRequest,
): Promise<void> {
  const cascades = cascade !== undefined && parameterValue('cascade', cascade, 'boolean') === true;
  await resources.deps.db.transaction((tx: Tx) =>
    deleteObject({ resources, model, access, tx }, id, cascades, request.headers['if-match']),
  );
}

async function readingAccess(resources: Resources, model: Model, request: FastifyRequest): Promise<Access> {
  const given = accessOf(resources, request);
  const access = given instanceof Promise ? await given : given;
  demand(model, access, model.declaration.permission.read);
  return access;
}

async function writingAccess(
  resources: Resources,
  model: Model,
  request: FastifyRequest,
  use: 'create' | 'write' | 'delete',
): Promise<Access> {
  const access = await accessOf(resources, request);
  const { permission } = model.declaration;
  demand(model, access, permission[use] ?? permission.write!);
  return access;
}

/** 401 or 403 before anything else is looked at, where no row whatever could make a difference. */
function demand(model: Model, access: Access, right: string | null): void {
  if (right === null || access.can(right) || !isHopeless(model, right, access)) return;
  throw access.userId === null ? errors.authorizationRequired() : errors.forbidden();
}

async function bodyOf(resources: Resources, model: Model, request: FastifyRequest): Promise<Body> {
  const mediaType = (request.headers['content-type'] ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
  const body = readBody(request.body, mediaType);
  if ('one' in body) return { ...body, one: await given(resources, model, body.one) };
  return { ...body, many: await Promise.all(body.many.map((one) => given(resources, model, one))) };
}

/** What was sent, in the declaration's own spelling. */
async function given(
  resources: Resources,
  model: Model,
  sent: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return (await model.declaration.hooks?.given?.(sent, resources.deps.db)) ?? sent;
}

/** NDJSON and CSV come in as text; anything the platform does not read is 415, plain text included. */
function readTextBodies(scope: FastifyInstance): void {
  scope.removeContentTypeParser('text/plain');
  readTextFiles(
    scope,
    ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'text/csv'],
    ({ text }) => text,
  );
  scope.addContentTypeParser('text/plain', (_request, _payload, done) => done(unsupportedMediaType()));
}

/** The query, when only these parameters have a meaning here. */
function onlyParameters(request: FastifyRequest, names: string[], model?: Model): Record<string, string> {
  const query = singles(request);
  const allowed = [...names, 'token', 'api_key', 'username'];
  const unknown = Object.keys(query).find((name) => !allowed.includes(name));
  if (unknown !== undefined && !model?.declaration.ignore_unknown_parameters) {
    throw errors.unknownParameter(unknown, nearest(unknown, names));
  }
  return query;
}

function singles(request: FastifyRequest): Record<string, string> {
  const query = request.query as RawQuery;
  for (const name of Object.keys(query)) if (Array.isArray(query[name])) throw errors.repeatedParameter(name);
  return query as Record<string, string>;
}

function flag(request: FastifyRequest, name: string): boolean {
  const text = onlyParameters(request, [name])[name];
  return text !== undefined && parameterValue(name, text, 'boolean') === true;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}

function isUnchanged(request: FastifyRequest, tag: string): boolean {
  const header = request.headers['if-none-match'];
  return header !== undefined && matchesTag(header, tag);
}

const envelopeOne = (model: Model, body: string) => (model.declaration.envelope === 'data' ? `{"data":${body}}` : body);

function sendJson(reply: FastifyReply, body: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
}
