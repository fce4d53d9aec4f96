import type { Connector, Row } from '../connector.ts';
import { urlProblem } from '../http/url-problem.ts';
import { isRecord } from '../pure/is-record.ts';
import { enter, type OdkConfig, type OdkSource } from './enter-central.ts';
import { readSubmissions } from './read-submissions.ts';

/** ODK Central, its REST API v1 and OData feeds. */
export const odkCentral: Connector<OdkConfig, OdkSource> = {
  type: 'odk-central',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'auth'],
    properties: {
      url: { type: 'string', maxLength: 2000 },
      auth: { enum: ['session', 'token', 'app-user'] },
      email: { type: 'string', maxLength: 320 },
    },
  },
  secretFields: ['password', 'token'],
  targetFields: ['url', 'auth', 'email'],
  sourceSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['project', 'form'],
    properties: {
      project: { type: 'integer', minimum: 1 },
      form: { type: 'string', minLength: 1, maxLength: 500 },
      table: { type: 'string', pattern: '^Submissions(\\.[^/?#]+)?$', maxLength: 1000 },
      separator: { enum: ['/', '.', '-', '_'] },
      page_size: { type: 'integer', minimum: 1, maximum: 10_000 },
      incremental: { type: 'boolean' },
      overlap: { type: 'number', minimum: 0 },
    },
  },
  checkConfig: (config, secretNames) => {
    const wrong = urlProblem(config.url);
    if (wrong !== undefined) return wrong;
    if (config.auth === 'session' && config.email === undefined)
      return { pointer: '/email', message: 'auth session needs an email' };
    const secret = config.auth === 'session' ? 'password' : 'token';
    return secretNames.includes(secret)
      ? undefined
      : { pointer: '/auth', message: `auth ${config.auth} needs the secret ${secret}` };
  },
  checkSource: (source) =>
    source.table !== undefined && source.table !== 'Submissions' && source.incremental === true
      ? { pointer: '/incremental', message: 'rows of a repeat say no time: they are read as a whole' }
      : undefined,
  test: async (connection, context) => {
    const central = await enter(connection, context);
    const projects = await central.get('/v1/projects');
    return { server: `ODK Central, ${Array.isArray(projects) ? projects.length : 0} projects` };
  },
  discover: async (connection, context) => {
    const central = await enter(connection, context);
    const projects = await central.get('/v1/projects');
    const found = [];
    for (const project of Array.isArray(projects) ? projects.filter(isRecord) : []) {
      const forms = await central.get(`/v1/projects/${idOf(project)}/forms`);
      for (const form of Array.isArray(forms) ? forms.filter(isRecord) : []) {
        const fields = await central.get(
          `/v1/projects/${idOf(project)}/forms/${encodeURIComponent(String(form.xmlFormId))}/fields?odata=true`,
        );
        const columns = (Array.isArray(fields) ? fields.filter(isRecord) : [])
          .filter(({ type }) => type !== 'structure' && type !== 'repeat')
          .map(({ path, type }) => ({ name: String(path).replace(/^\//, ''), type: String(type) }));
        found.push({ name: `${idOf(project)}/${form.xmlFormId}`, columns });
      }
    }
    return found;
  },
  read: readSubmissions,
};

/** A number, whatever it was read as. */
const idOf = (project: Row) => Number(JSON.stringify(project.id));
