import type { ServerResponse } from 'node:http';
import { type Asked, sendJson, startSource } from '../connections/http-source.ts';

export interface Submission {
  id: string;
  at: string;
  updatedAt?: string;
  answers: Record<string, unknown>;
}

/**
 * What ODK Central answers (its API v1, OData 4), as far as a reader of submissions needs it: sessions, project and form
 * lists, the feed with $top, $skiptoken and $filter, newest first, and errors in Central's own form.
 */
export async function startCentral(behaviour: { dieOnPage?: number; host?: string } = {}) {
  const submissions: Submission[] = [];
  const state = { ...behaviour, password: 'central-pass' };
  const source = await startSource((asked, response) => answer(asked, response));
  const paths: Record<string, (asked: Asked, response: ServerResponse) => void> = {
    '/v1/projects': (_, response) =>
      sendJson(response, [{ id: 7, name: 'Clinics', archived: null, createdAt: '2026-01-01T00:00:00.000Z' }]),
    '/v1/projects/7/forms': (_, response) =>
      sendJson(response, [{ projectId: 7, xmlFormId: 'visit', name: 'Visit', version: '1', state: 'open' }]),
    '/v1/projects/7/forms/visit/fields': (_, response) =>
      sendJson(response, [
        { path: '/who', name: 'who', type: 'structure', binary: null, selectMultiple: null },
        { path: '/who/name', name: 'name', type: 'string', binary: null, selectMultiple: null },
        { path: '/age', name: 'age', type: 'int', binary: null, selectMultiple: null },
      ]),
    '/v1/projects/7/forms/visit.svc/Submissions': feed,
  };
  return { ...source, submissions, state };

  function answer(asked: Asked, response: ServerResponse): void {
    const answers = asked.path === '/v1/sessions' ? signIn : paths[asked.path];
    const isKnown = asked.path === '/v1/sessions' || asked.headers.authorization === 'Bearer central-session';
    if (!isKnown) unauthorized(response);
    else if (answers !== undefined) answers(asked, response);
    else sendJson(response, { code: 404.1, message: 'Could not find the resource you were looking for.' }, {}, 404);
  }

  function signIn({ body }: Asked, response: ServerResponse): void {
    const { email, password } = JSON.parse(body) as { email: string; password: string };
    if (email !== 'reader@example.org' || password !== state.password) unauthorized(response);
    else
      sendJson(response, {
        token: 'central-session',
        csrf: 'x',
        expiresAt: '2027-01-01T00:00:00.000Z',
        createdAt: '2026-01-01T00:00:00.000Z',
      });
  }

  function feed({ query }: Asked, response: ServerResponse): void {
    const top = Number(query.get('$top'));
    const filter = query.get('$filter');
    const after = /^__system\/submissionDate gt (\S+) or __system\/updatedAt gt \1$/.exec(filter ?? '')?.[1];
    if (filter !== null && after === undefined) {
      sendJson(response, { code: 501.4, message: 'The given OData filter expression is not supported.' }, {}, 501);
      return;
    }
    const found = submissions
      .filter(({ at, updatedAt }) => after === undefined || at > after || (updatedAt ?? '') > after)
      .sort((a, b) => (a.at < b.at ? 1 : -1));
    const token = query.get('$skiptoken');
    const last =
      token === null ? undefined : JSON.parse(Buffer.from(token.slice(2), 'base64url').toString()).instanceId;
    const from = last === undefined ? 0 : found.findIndex(({ id }) => id === last) + 1;
    const page = found.slice(from, from + top);
    const next = Buffer.from(JSON.stringify({ instanceId: page.at(-1)?.id })).toString('base64url');
    const parameters = new URLSearchParams([...query].filter(([name]) => name !== '$skiptoken'));
    parameters.set('$skiptoken', `01${next}`);
    const more = from + top < found.length;
    const body = {
      value: page.map(shown),
      '@odata.context': `${source.url}/v1/projects/7/forms/visit.svc/$metadata#Submissions`,
      // Central builds it from its own idea of its address.
      ...(more
        ? {
            '@odata.nextLink': `${state.host ?? 'https://central.internal'}/v1/projects/7/forms/visit.svc/Submissions?${parameters}`,
          }
        : {}),
    };
    if (state.dieOnPage !== undefined && from >= top * (state.dieOnPage - 1)) {
      const text = JSON.stringify(body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length + 9) });
      response.write(text.slice(0, 40), () => response.destroy());
      return;
    }
    sendJson(response, body, { 'odata-version': '4.0' });
  }

  function unauthorized(response: ServerResponse): void {
    sendJson(response, { code: 401.2, message: 'Could not authenticate with the provided credentials.' }, {}, 401);
  }
}

const shown = ({ id, at, updatedAt, answers }: Submission) => ({
  __id: id,
  __system: {
    submissionDate: at,
    updatedAt: updatedAt ?? null,
    deletedAt: null,
    submitterId: '23',
    submitterName: 'Reader',
    attachmentsPresent: 0,
    attachmentsExpected: 0,
    status: null,
    reviewState: null,
    deviceId: 'collect:abc',
    edits: updatedAt === undefined ? 0 : 1,
    formVersion: '1',
  },
  ...answers,
  meta: { instanceID: id, instanceName: null },
  'children@odata.navigationLink': `Submissions('${encodeURIComponent(id)}')/children`,
});
