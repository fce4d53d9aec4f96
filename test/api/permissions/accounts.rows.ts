import type { Rows } from './row.ts';

const nobody = '00000000-0000-7000-8000-000000000000';
//                      anon USER view cont edit own  ADM  SUP  narrowed
const everybody = '200';
const signedIn = '       401  200  200  200  200  200  200  200  200';
const themselves = '     401  200  200  200  200  200  200  200  403';
const administrators = ' 401  403  403  403  403  403  200  200  403';

export const accountRows: Rows = {
  'POST /auth': { answers: '401', body: () => ({ email: 'nobody@example.org', password: 'x' }) },
  'POST /auth/refresh': { answers: '400' },
  'POST /auth/logout': { answers: signedIn, ownCast: true },
  'POST /auth/logout-all': { answers: themselves, ownCast: true },
  'GET /auth/public-key': { answers: everybody },
  'GET /.well-known/jwks.json': { answers: everybody },
  'GET /auth/check': {
    answers: everybody,
    sees: '- x x x x x x x -',
    find: (answer) => answer.body.authenticated,
  },
  'GET /auth/authorize': {
    answers: everybody,
    path: () => '/auth/authorize?service=source',
    sees: '- x x x x x x x -',
    find: (answer) => answer.body.token !== undefined,
  },
  'GET /auth/login': { answers: '302' },
  'GET /auth/oidc/login': { answers: '404' },
  'GET /auth/oidc/callback': { answers: '404' },
  'GET /api/v1/session': { answers: everybody },
  'POST /api/v1/session': { answers: '401' },
  'DELETE /api/v1/session': { answers: everybody },
  'POST /accounts/login/': { answers: '401' },

  'GET /api/v1/user/me/sessions': { answers: themselves },
  'DELETE /api/v1/user/me/sessions': { answers: themselves, ownCast: true },
  'DELETE /api/v1/user/me/sessions/:id': {
    answers: '401 404 404 404 404 404 404 404 403',
    path: () => `/api/v1/user/me/sessions/${nobody}`,
  },
  'POST /api/v1/user': {
    answers: '200 403 403 403 403 403 200 200 403',
    body: (_scene, part) => ({ email: `made-by-${part}@example.org`, name: 'Made', role: 'ADMIN' }),
  },
  'GET /api/v1/user': { answers: administrators },
  // Its own list and schema: who may read more of it than themselves are administrators.
  'GET /api/v1/user/schema': { answers: themselves },
  'GET /api/v1/user/set/:ids': { answers: themselves, path: () => '/api/v1/user/set/0' },
  'GET /api/v1/user/me': { answers: signedIn },
  'PATCH /api/v1/user/me': { answers: themselves, body: () => ({ country: 'KE' }) },
  // The narrowed token comes last, and its owner is gone by then.
  'DELETE /api/v1/user/me': { answers: '401 200 200 200 200 200 200 200 401', ownCast: true },
  'PATCH /api/v1/user/me/change-password': { answers: '401 400 400 400 400 400 400 400 403', body: () => ({}) },
  'POST /api/v1/user/reset-password': { answers: '400' },
  'POST /api/v1/user/:user/recover-password': {
    answers: everybody,
    path: () => '/api/v1/user/nobody@example.org/recover-password',
  },
  'GET /api/v1/user/:user': { answers: administrators, path: (scene) => `/api/v1/user/${scene.bystander}` },
  'PATCH /api/v1/user/:user': {
    answers: administrators,
    path: (scene) => `/api/v1/user/${scene.bystander}`,
    body: () => ({ name: 'Changed' }),
  },
  'DELETE /api/v1/user/:user': { answers: administrators, path: (scene) => `/api/v1/user/${scene.bystander}` },
  'PATCH /api/v1/user/:user/change-password': {
    answers: administrators,
    path: (scene) => `/api/v1/user/${scene.bystander}/change-password`,
    body: () => ({ new_password: 'Correct-Horse-7' }),
  },

  'GET /api/v1/token': { answers: themselves },
  'GET /api/v1/token/:id': { answers: '401 404 404 404 404 404 404 404 403', path: () => `/api/v1/token/${nobody}` },
  'POST /api/v1/token': { answers: '401 201 201 201 201 201 201 201 403', body: () => ({ name: 'mine' }) },
  'DELETE /api/v1/token/:id': { answers: '401 404 404 404 404 404 404 404 403', path: () => `/api/v1/token/${nobody}` },
  'POST /oauth/token': { answers: '400' },
  'GET /oauth/clients': { answers: themselves },
  'POST /oauth/clients': { answers: '401 201 201 201 201 201 201 201 403', body: () => ({ name: 'robot' }) },
  'DELETE /oauth/clients/:id': {
    answers: '401 404 404 404 404 404 404 404 403',
    path: () => `/oauth/clients/${nobody}`,
  },
  'POST /api/v1/rate-limit/reset': { answers: '401 403 403 403 403 403 403 200 403' },
  'POST /api/v1/rate-limit/reset/:identifier': {
    answers: '401 403 403 403 403 403 403 404 403',
    path: () => '/api/v1/rate-limit/reset/nobody',
  },

  'GET /api/v1/project': {
    answers: everybody,
    path: (scene) => `/api/v1/project?id=${scene.project}`,
    sees: '- - x x x x x x x',
    find: (answer) => answer.body.objects.length === 1 && answer.body.meta.total_count === 1,
  },
  'GET /api/v1/project/:pk': {
    answers: '404 404 200 200 200 200 200 200 200',
    path: (scene) => `/api/v1/project/${scene.project}`,
  },
  'GET /api/v1/project/set/:ids': {
    answers: everybody,
    path: (scene) => `/api/v1/project/set/${scene.project}`,
    sees: '- - x x x x x x x',
    find: (answer) => answer.body.objects.length === 1,
  },
  'GET /api/v1/project/schema': { answers: everybody },
  'POST /api/v1/project': { answers: '401 201 201 201 201 201 201 201 403', body: () => ({ title: 'New' }) },
  'PUT /api/v1/project': {
    answers: '401 404 403 403 403 200 200 200 403',
    body: (scene) => ({ objects: [{ id: scene.project, title: 'Put', slug: `put-${scene.project}` }] }),
  },
  'PUT /api/v1/project/:pk': {
    answers: '401 404 403 403 403 200 200 200 403',
    path: (scene) => `/api/v1/project/${scene.project}`,
    body: () => ({ title: 'Put', slug: `put-${Math.random().toString(36).slice(2)}` }),
  },
  'PATCH /api/v1/project': {
    answers: '401 404 403 403 403 202 202 202 403',
    body: (scene) => ({ objects: [{ id: scene.project, title: 'Patched' }] }),
  },
  'PATCH /api/v1/project/:pk': {
    answers: '401 404 403 403 403 202 202 202 403',
    path: (scene) => `/api/v1/project/${scene.project}`,
    body: () => ({ title: 'Patched' }),
  },
  'DELETE /api/v1/project': {
    answers: '401 404 403 403 403 204 204 204 403',
    path: (scene) => `/api/v1/project?id=${scene.project}`,
  },
  'DELETE /api/v1/project/:pk': {
    answers: '401 404 403 403 403 204 204 204 403',
    path: (scene) => `/api/v1/project/${scene.project}`,
  },
  'POST /api/v1/project/:id/members': {
    answers: '401 404 403 403 403 201 201 201 403',
    path: (scene) => `/api/v1/project/${scene.project}/members`,
    body: (scene) => ({ user: scene.bystander, role: 'viewer' }),
  },
  'DELETE /api/v1/project/:id/members/:user': {
    answers: '401 404 403 403 403 204 204 204 403',
    path: (scene) => `/api/v1/project/${scene.project}/members/${scene.member}`,
  },
  // The first entry is of a file sent to the project: its owner reads it.
  'GET /api/v1/audit': {
    answers: '401 200 200 200 200 200 200 200 403',
    path: () => '/api/v1/audit?seq=1',
    sees: '- - - - - x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/audit/:pk': { answers: '401 404 404 404 404 200 200 200 403', path: () => '/api/v1/audit/1' },
  'GET /api/v1/audit/set/:ids': {
    answers: '401 200 200 200 200 200 200 200 403',
    path: () => '/api/v1/audit/set/1',
    sees: '- - - - - x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/audit/schema': { answers: '401 200 200 200 200 200 200 200 403' },

  'GET /api/v1/project_member': {
    answers: '401 200 200 200 200 200 200 200 403',
    path: (scene) => `/api/v1/project_member?project_id=${scene.project}&user_id=${scene.member}`,
    sees: '- - x - x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/project_member/:pk': {
    answers: '401 404 404 404 404 404 404 404 403',
    path: () => `/api/v1/project_member/${nobody}`,
  },
  'GET /api/v1/project_member/set/:ids': {
    answers: '401 200 200 200 200 200 200 200 403',
    path: () => `/api/v1/project_member/set/${nobody}`,
  },
  'GET /api/v1/project_member/schema': { answers: '401 200 200 200 200 200 200 200 403' },

  'GET /api/v1/group': { answers: themselves },
  'GET /api/v1/group/:pk': { answers: themselves, path: (scene) => `/api/v1/group/${scene.group}` },
  'GET /api/v1/group/set/:ids': { answers: themselves, path: (scene) => `/api/v1/group/set/${scene.group}` },
  'GET /api/v1/group/schema': { answers: themselves },
  'POST /api/v1/group': {
    answers: '401 403 403 403 403 403 201 201 403',
    body: (_scene, part) => ({ name: `made by ${part}` }),
  },
  'PUT /api/v1/group': {
    answers: administrators,
    body: (scene, part) => ({ objects: [{ id: scene.group, name: `put ${part}` }] }),
  },
  'PUT /api/v1/group/:pk': {
    answers: administrators,
    path: (scene) => `/api/v1/group/${scene.group}`,
    body: (_scene, part) => ({ name: `put one ${part}` }),
  },
  'PATCH /api/v1/group': {
    answers: '401 403 403 403 403 403 202 202 403',
    body: (scene, part) => ({ objects: [{ id: scene.group, name: `patched ${part}` }] }),
  },
  'PATCH /api/v1/group/:pk': {
    answers: '401 403 403 403 403 403 202 202 403',
    path: (scene) => `/api/v1/group/${scene.group}`,
    body: (_scene, part) => ({ name: `patched one ${part}` }),
  },
  'DELETE /api/v1/group': {
    answers: '401 403 403 403 403 403 204 204 403',
    path: (scene) => `/api/v1/group?id=${scene.group}`,
  },
  'DELETE /api/v1/group/:pk': {
    answers: '401 403 403 403 403 403 204 204 403',
    path: (scene) => `/api/v1/group/${scene.group}`,
  },
  'GET /api/v1/user_group': { answers: themselves },
  'GET /api/v1/user_group/:pk': { answers: '401 404 404 404 404 404 404 404 403', path: () => '/api/v1/user_group/0' },
  'GET /api/v1/user_group/set/:ids': { answers: themselves, path: () => '/api/v1/user_group/set/0' },
  'GET /api/v1/user_group/schema': { answers: themselves },
  'POST /api/v1/user_group': {
    answers: '401 403 403 403 403 403 201 201 403',
    body: (scene) => ({ user_id: scene.bystander, group_id: scene.group }),
  },
  'PUT /api/v1/user_group': {
    answers: '401 403 403 403 403 403 200 200 403',
    body: (scene) => ({ objects: [{ user_id: scene.bystander, group_id: scene.group }] }),
  },
  'PUT /api/v1/user_group/:pk': {
    answers: '401 403 403 403 403 403 404 404 403',
    path: () => '/api/v1/user_group/0',
    body: (scene) => ({ user_id: scene.bystander, group_id: scene.group }),
  },
  'PATCH /api/v1/user_group': {
    answers: '401 403 403 403 403 403 404 404 403',
    body: (scene) => ({ objects: [{ id: 999_999, group_id: scene.group }] }),
  },
  'PATCH /api/v1/user_group/:pk': {
    answers: '401 403 403 403 403 403 404 404 403',
    path: () => '/api/v1/user_group/0',
    body: (scene) => ({ group_id: scene.group }),
  },
  'DELETE /api/v1/user_group': {
    answers: '401 403 403 403 403 403 200 200 403',
    path: (scene) => `/api/v1/user_group?group_id=${scene.group}`,
  },
  'DELETE /api/v1/user_group/:pk': {
    answers: '401 403 403 403 403 403 404 404 403',
    path: () => '/api/v1/user_group/0',
  },
  ...Object.fromEntries(['', '/compat/dmptool'].flatMap((mount) => Object.entries(dmptoolRows(mount)))),
};

/** The dialect answers a personal access token as it does an access token, except where a password is changed. */
function dmptoolRows(mount: string): Rows {
  return {
    [`GET ${mount}/login`]: { answers: '401' },
    [`DELETE ${mount}/logout`]: { answers: signedIn, ownCast: true },
    [`PUT ${mount}/changepassword`]: { answers: '401 400 400 400 400 400 400 400 422' },
    [`GET ${mount}/refresh`]: { answers: '401 422 422 422 422 422 422 422 422' },
    [`POST ${mount}/refresh`]: { answers: '401 422 422 422 422 422 422 422 422' },
  };
}
