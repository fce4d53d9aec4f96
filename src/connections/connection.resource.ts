import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { checkSource } from './check-source.ts';
import type { JsonObject } from './connector.ts';
import { connectorOf } from './connectors.ts';
import { invalidConnection, secretsNeeded } from './errors.ts';
import { problemsOf } from './pure/check-json.ts';
import { openSecrets, sealSecrets } from './secrets.ts';
import { findSealed } from './store.ts';

/**
 * Where data is read from. Of a project, for its managers alone to see; of the installation (`project_id` null), for
 * administrators. Whoever else may use one knows its name and what it can be asked.
 */
export function connectionResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'connection',
    object_class: 'connection',
    help: 'Other systems that data is read from. Secrets are written only; what changes where they are sent needs them again.',
    fields: {
      id: { type: 'uuid', readonly: true },
      project_id: {
        type: 'uuid',
        nullable: true,
        references: { resource: 'project', on_delete: 'cascade' },
        help: 'Null: of the installation, for administrators.',
      },
      name: { type: 'string', blank: false, maxLength: 100, help: 'Letters, digits, dot, dash and underscore.' },
      title: { type: 'string', default: '', maxLength: 200 },
      type: { type: 'string', blank: false, help: 'http-json, postgres, mysql, mariadb, odk-central.' },
      config: { type: 'dict', help: 'Where it is and how it knows us; see docs/connections.md.' },
      secrets: { type: 'dict', secret: true, help: 'Passwords and keys by name; one that is null is taken away.' },
      secret_names: { type: 'list', readonly: true, help: 'Which secrets there are.' },
      queries: { type: 'dict', default: {}, help: 'What can be asked by name: {"<query>": source}.' },
      usable_by: {
        type: 'string',
        choices: ['managers', 'members'],
        default: 'managers',
        help: 'members: whoever brings data into the project may use it, without seeing it.',
      },
      created_by: { type: 'uuid', nullable: true, readonly: true },
      created_at: { type: 'datetime', auto: 'created' },
      updated_at: { type: 'datetime', auto: 'updated' },
    },
    filtering: { config: false, queries: false, secret_names: false },
    order: ['name'],
    natural_keys: [['project_id', 'name']],
    required_fields_for_post: ['name', 'type', 'config'],
    permission: { read: 'connection.read', write: 'connection.write', project: 'project_id' },
    hooks: {
      async beforeWrite(value, { access, before, id, tx }) {
        if (before === null) Object.assign(value, { created_by: access.userId });
        const connector = connectorOf(value.type ?? String(before?.type));
        if (value.name !== undefined && !/^[A-Za-z0-9._-]+$/.test(value.name)) throw wrong('/name', nameRule);
        const isSame = before !== null && before.type === connector.type;
        const kept = isSame ? openSecrets(context, (await findSealed(tx as Tx, String(id)))?.sealed ?? null) : {};
        const given = givenSecrets(value.secrets, connector.secretFields);
        const config = (value.config ?? before?.config ?? {}) as JsonObject;
        if (isSame && value.config !== undefined) {
          const moved = connector.targetFields.some((field) => config[field] !== (before.config as JsonObject)[field]);
          const lacking = Object.keys(kept).filter((name) => given[name] === undefined);
          if (moved && lacking.length > 0) throw secretsNeeded(lacking);
        }
        const secrets = Object.fromEntries(
          Object.entries({ ...kept, ...given }).filter((pair): pair is [string, string] => pair[1] !== null),
        );
        checkConfig(connector, config, Object.keys(secrets));
        const queries = (value.queries ?? before?.queries ?? {}) as JsonObject;
        for (const [name, source] of Object.entries(queries)) {
          if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) throw wrong(`/queries/${name}`, nameRule);
          checkSource(connector, source, `/queries/${name}`);
        }
        Object.assign(value, {
          secrets: sealSecrets(context, secrets),
          secret_names: Object.keys(secrets).sort(),
        });
      },
    },
  });
}

const nameRule = 'a name has letters, digits, dot, dash and underscore only';
const wrong = (pointer: string, message: string) =>
  invalidConnection([{ pointer, code: 'invalid_connection', message }]);

/** Left out is kept, null is taken away. */
function givenSecrets(given: unknown, known: readonly string[]): Record<string, string | null> {
  const secrets = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  for (const [name, value] of Object.entries(secrets)) {
    if (!known.includes(name)) throw wrong('/secrets', `secrets of this type are: ${known.join(', ')}`);
    if (value !== null && (typeof value !== 'string' || value === '' || value.length > 20_000))
      throw wrong(`/secrets/${name}`, `${name} must be text, and not empty`);
  }
  return secrets as Record<string, string | null>;
}

function checkConfig(connector: ReturnType<typeof connectorOf>, config: JsonObject, secretNames: string[]): void {
  const problems = problemsOf(connector.configSchema, config, '/config', 'invalid_connection');
  if (problems.length > 0) throw invalidConnection(problems);
  const problem = connector.checkConfig?.(config, secretNames);
  if (problem !== undefined) throw wrong(`/config${problem.pointer}`, problem.message);
}
