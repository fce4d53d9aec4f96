import type { FastifyReply, FastifyRequest } from 'fastify';
import { recordAudit } from '../../platform/audit/index.ts';
import type { Context } from '../../platform/context.ts';
import { raw } from '../../platform/db/index.ts';
import type { App } from '../../platform/http/index.ts';
import { enqueue } from '../../platform/jobs/index.ts';
import { answerResourceDetail, answerResourceList } from '../../resource/index.ts';
import { requireOwnSignIn, requireRight, requireSignedIn } from '../access/demand.ts';
import { badRequest, forbidden, lastSuperadmin, recentLoginRequired, userNotFound } from '../errors.ts';
import { sendRecoveryLinkJob } from '../jobs.ts';
import { type ListField, readListQuery, wholeListRows } from '../list-query/read-list-query.ts';
import { type Role, rankOf, roles } from '../rights.ts';
import { revokeSessionsOfUser } from '../sessions/store.ts';
import { changeOwnPassword, resetPassword, setPassword } from './change-password.ts';
import { createUser } from './create-user.ts';
import { deleteUser, keepASuperadmin } from './delete-user.ts';
import { type Body, bodyOf, cleanText, optionalText, readEmail, readOwnChange, readProfile } from './read-user-body.ts';
import { mailPasswordLink } from './set-password-link.ts';
import { findUserId, findUserViews, type UserChange, type UserViews, updateUser, userList } from './store.ts';

const recentSeconds = 15 * 60;

/** `/api/v1/user…` of the script contract (§4.5); lists and details also carry the monitoring contract's keys. */
export function userRoutes(app: App, context: Context): void {
  app.post('/api/v1/user', { config: { rateLimit: 'create-user' } }, (request) => register(context, request));
  app.get('/api/v1/user', { config: { access: 'signed-in' } }, (request, reply) => {
    if (isOfMonitoring(request)) return answerResourceList('user', request, reply);
    requireRight(request, 'user.read');
    return list(context, request, reply);
  });

  app.get('/api/v1/user/me', { config: { access: 'signed-in' } }, (request) =>
    answer(context, request, requireSignedIn(request).userId),
  );
  app.patch('/api/v1/user/me', { config: { access: 'own-sign-in' } }, (request) => changeSelf(context, request));
  app.delete('/api/v1/user/me', { config: { access: 'own-sign-in' } }, async (request) => {
    const { userId } = requireOwnSignIn(request);
    const before = await answer(context, request, userId);
    await context.db
      .transaction(async (tx) => {
        await deleteUser(context, tx, userId);
        await recordAudit(tx, request.access, [{ action: 'user.delete', object: `user/${userId}` }]);
      })
      .catch((error: unknown) => {
        throw isLastSuperadmin(error) ? forbidden(selfDeletionRefused) : error;
      });
    return before;
  });
  app.patch('/api/v1/user/me/change-password', { config: { access: 'own-sign-in' } }, async (request) => {
    const auth = requireOwnSignIn(request);
    const { old_password: old, new_password: fresh } = bodyOf(request.body);
    if (typeof old !== 'string' || typeof fresh !== 'string' || old === '' || fresh === '') {
      throw badRequest('old_password and new_password are required');
    }
    await changeOwnPassword(context, auth, old, fresh);
    return answer(context, request, auth.userId);
  });

  app.post('/api/v1/user/reset-password', { config: { rateLimit: 'recover', csrf: false } }, async (request) => {
    if (request.body === undefined || request.body === null) throw badRequest('Request body required');
    const { token, password } = bodyOf(request.body);
    if (typeof token !== 'string' || token === '') throw badRequest('Reset token is required');
    if (typeof password !== 'string' || password === '') throw badRequest('New password is required');
    await resetPassword(context, token, password);
    return { data: { message: 'Password reset successful' } };
  });
  app.post(
    '/api/v1/user/:user/recover-password',
    { config: { rateLimit: 'recover', csrf: false } },
    async (request) => {
      const { user } = request.params as { user: string };
      await enqueue(context.db, sendRecoveryLinkJob, { given: user.slice(0, 254) });
      return {
        data: { message: 'If an account with that email exists, a password recovery email has been sent.' },
      };
    },
  );

  app.get('/api/v1/user/:user', { config: { access: 'signed-in' } }, async (request, reply) => {
    const { user } = request.params as { user: string };
    if (/^-?\d+$/.test(user)) return answerResourceDetail('user', user, request, reply);
    requireRight(request, 'user.read');
    const { id } = await target(context, request);
    const views = await getViews(context, request, id);
    return { ...views.monitoring, data: views.wire };
  });
  app.patch('/api/v1/user/:user', { config: { access: 'user.write' } }, (request) => changeOther(context, request));
  app.delete('/api/v1/user/:user', { config: { access: 'user.write' } }, async (request) => {
    const { id } = await lowerOrEqual(context, request);
    const before = await answer(context, request, id);
    await context.db.transaction(async (tx) => {
      await deleteUser(context, tx, id);
      await recordAudit(tx, request.access, [{ action: 'user.delete', object: `user/${id}` }]);
    });
    return before;
  });
  app.patch('/api/v1/user/:user/change-password', { config: { access: 'user.write' } }, async (request) => {
    const { new_password: password } = bodyOf(request.body);
    if (typeof password !== 'string' || password === '') throw badRequest('new_password is required');
    const { id, role } = await target(context, request);
    if (role === 'SUPERADMIN' && request.access.role !== 'SUPERADMIN') {
      throw forbidden('Administrators cannot change superadmin passwords');
    }
    await setPassword(context, id, password, null, (tx) =>
      recordAudit(tx, request.access, [{ action: 'user.set_password', object: `user/${id}` }]),
    );
    return answer(context, request, id);
  });
}

/**
 * Two contracts have this list. What only the monitoring contract says, a parameter beyond those of script clients or
 * the slash at the end, is answered by the resource; everything else in a form that clients of both can read.
 */
function isOfMonitoring(request: FastifyRequest): boolean {
  const names = Object.keys(request.query as object);
  if (names.some((name) => !scriptParameters.includes(name))) return true;
  return names.length === 0 && request.url.split('?', 1)[0]!.endsWith('/');
}

const scriptParameters = ['page', 'per_page', 'filter', 'sort', 'include', 'exclude', 'legacy'];

const selfDeletionRefused = 'Admin accounts cannot be deleted via self-service. Please contact a system administrator.';
const isLastSuperadmin = (error: unknown) => (error as { code?: string }).code === lastSuperadmin().code;

async function register(context: Context, request: FastifyRequest): Promise<unknown> {
  const body = bodyOf(request.body);
  const email = readEmail(body.email);
  if (typeof body.name !== 'string' || body.name.trim() === '') throw badRequest('Name is required');
  const wanted = readRole(body.role) ?? 'USER';
  if (request.auth.kind === 'refused') requireSignedIn(request);
  const caller = request.access.role;
  const invited = caller === 'ADMIN' || caller === 'SUPERADMIN';
  if (!invited && context.config.registration === 'closed') throw forbidden();
  if (caller === 'USER' && wanted !== 'USER') throw forbidden();
  if (invited && rankOf(wanted) > rankOf(caller)) throw forbidden();
  if (invited) requireRight(request, 'user.write');
  const password = typeof body.password === 'string' && body.password !== '' ? body.password : undefined;
  let link: string | undefined;
  const user = await createUser(
    context,
    {
      email,
      name: cleanText(body.name),
      password,
      role: caller === 'ANONYMOUS' ? 'USER' : wanted,
      country: optionalText(body, 'country'),
      institution: optionalText(body, 'institution'),
      profile: readProfile(body),
    },
    async (tx, created) => {
      const after = { role: caller === 'ANONYMOUS' ? 'USER' : wanted };
      await recordAudit(tx, request.access, [{ action: 'user.create', object: `user/${created.id}`, after }]);
      if (password !== undefined) return;
      link = await mailPasswordLink(context, tx, { ...created, email }, invited ? 'invitation' : 'recovery');
    },
  );
  const views = await getViews(context, request, user.id);
  const wantsLink = invited && firstText(request.query, 'return_link') === '1';
  return { data: { ...views.wire, ...(wantsLink && link !== undefined ? { set_password_url: link } : {}) } };
}

async function list(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const query = readListQuery(request.query as Record<string, unknown>, listFields, {
    admin: true,
    defaultOrder: raw('u.created_at desc, u.number desc'),
  });
  const { page } = query;
  const limit = page?.size ?? wholeListRows;
  const offset = page === undefined ? 0 : (page.number - 1) * page.size;
  const rows = await userList(context.db, { where: query.where, orderBy: query.orderBy, limit, offset });
  const truncated = page === undefined && rows.total > limit;
  const paging =
    page === undefined
      ? truncated
        ? { total: rows.total, truncated }
        : {}
      : { page: page.number, per_page: page.size, total: rows.total };
  const meta = { limit, offset, total_count: rows.total, next: null, previous: null };
  const rest = JSON.stringify({ ...paging, meta, error: null });
  const data = isLegacyUi(context, request)
    ? rows.data.replaceAll('"role": "SUPERADMIN"', '"role": "ADMIN"')
    : rows.data;
  return reply
    .type('application/json; charset=utf-8')
    .send(`{"data":${data},"objects":${rows.objects},${rest.slice(1)}`);
}

const listFields: Record<string, ListField> = {
  id: { sql: raw('u.id'), type: 'uuid' },
  email: { sql: raw('u.email'), type: 'text' },
  name: { sql: raw('u.name'), type: 'text' },
  role: { sql: raw('u.role'), type: 'text' },
  country: { sql: raw('u.country'), type: 'text' },
  institution: { sql: raw('u.institution'), type: 'text' },
  created_at: { sql: raw('u.created_at'), type: 'time' },
  updated_at: { sql: raw('u.updated_at'), type: 'time' },
  last_login_at: { sql: raw('u.last_login_at'), type: 'time' },
  email_verified: { sql: raw('u.email_verified'), type: 'boolean' },
};

async function changeSelf(context: Context, request: FastifyRequest): Promise<unknown> {
  const body = bodyOf(request.body);
  if (body.password !== undefined) {
    const auth = requireOwnSignIn(request);
    const { password } = body;
    if (typeof password !== 'string' || password === '' || password !== body.repeatPassword)
      throw badRequest('Not updated');
    const ageSeconds = (context.now().getTime() - auth.authTime.getTime()) / 1000;
    if (ageSeconds > recentSeconds) throw recentLoginRequired();
    await setPassword(context, auth.userId, password, auth.sessionId);
    return answer(context, request, auth.userId);
  }
  const { userId } = requireSignedIn(request);
  const change = readOwnChange(body);
  if (change === undefined) throw badRequest('Not updated');
  await updateUser(context.db, userId, change);
  return answer(context, request, userId);
}

async function changeOther(context: Context, request: FastifyRequest): Promise<unknown> {
  const body = bodyOf(request.body);
  const role = readRole(body.role);
  const { id, role: current } = await lowerOrEqual(context, request);
  const change = readAdminChange(body);
  // The old web client shows a SUPERADMIN as ADMIN and sends that back with every change.
  const unchanged = role === 'ADMIN' && current === 'SUPERADMIN' && isLegacyUi(context, request);
  if (role !== undefined && !unchanged) {
    if (rankOf(role) > rankOf(request.access.role as Role)) throw forbidden();
    change.role = role;
  }
  await context.db.transaction(async (tx) => {
    const loses = (change.role !== undefined && change.role !== 'SUPERADMIN') || change.disabled === true;
    if (current === 'SUPERADMIN' && loses) await keepASuperadmin(tx, id);
    await updateUser(tx, id, change);
    if (change.disabled === true) await revokeSessionsOfUser(tx, id, null);
    // Not their names: those go when the person is deleted.
    const { role: rank, disabled, maxConcurrentExecutions } = change;
    const after = { role: rank, disabled, max_concurrent_executions: maxConcurrentExecutions };
    await recordAudit(tx, request.access, [{ action: 'user.update', object: `user/${id}`, after }]);
  });
  return answer(context, request, id);
}

function readAdminChange(body: Body): UserChange {
  const change: UserChange = {};
  const name = optionalText(body, 'name');
  if (typeof name === 'string' && name !== '') change.name = name;
  const country = optionalText(body, 'country');
  if (country !== undefined) change.country = country;
  const institution = optionalText(body, 'institution');
  if (institution !== undefined) change.institution = institution;
  const most = body.max_concurrent_executions;
  if (most !== undefined) {
    const fits = most === null || (Number.isInteger(most) && (most as number) >= 0 && (most as number) <= 1_000_000);
    if (!fits) throw badRequest('max_concurrent_executions must be a whole number or null');
    change.maxConcurrentExecutions = most as number | null;
  }
  if (typeof body.disabled === 'boolean') change.disabled = body.disabled;
  return change;
}

function readRole(value: unknown): Role | undefined {
  if (value === undefined || value === null) return undefined;
  const role = roles.find((name) => name === value);
  if (role === undefined) throw badRequest('role not valid');
  return role;
}

async function target(context: Context, request: FastifyRequest): Promise<{ id: string; role: Role }> {
  const { user: given } = request.params as { user: string };
  const found = await findUserId(context.db, given);
  if (found === undefined) throw userNotFound(given);
  return found;
}

/** Nobody acts on an account of higher rank. */
async function lowerOrEqual(context: Context, request: FastifyRequest): Promise<{ id: string; role: Role }> {
  const found = await target(context, request);
  if (rankOf(found.role) > rankOf(request.access.role as Role)) throw forbidden();
  return found;
}

async function answer(
  context: Context,
  request: FastifyRequest,
  id: string,
): Promise<{ data: Record<string, unknown> }> {
  return { data: (await getViews(context, request, id)).wire };
}

async function getViews(context: Context, request: FastifyRequest, id: string): Promise<UserViews> {
  const views = await findUserViews(context.db, id);
  if (views === undefined) throw userNotFound(id);
  const hidden = views.wire.role === 'SUPERADMIN' && isLegacyUi(context, request);
  return hidden ? { ...views, wire: { ...views.wire, role: 'ADMIN' } } : views;
}

/** The old web client shows its admin screens for the role ADMIN only (contract scripts §3.4). */
function isLegacyUi(context: Context, request: FastifyRequest): boolean {
  const { origin, referer } = request.headers;
  const { legacyUiOrigins } = context.config;
  return legacyUiOrigins.some((known) => origin === known || referer === known || referer?.startsWith(`${known}/`));
}

function firstText(query: unknown, key: string): string | undefined {
  const value = (query as Record<string, unknown>)[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
