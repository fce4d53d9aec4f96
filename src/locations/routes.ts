import { Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { type App, type DecodedText, readTextFiles } from '../platform/http/index.ts';
import { type Access, type ResourceDeclaration, replyOnce } from '../resource/index.ts';
import { explainAccess } from './explain-access.ts';
import { geoResource, locationPolygonResource } from './geo.resource.ts';
import { importLocations } from './import-locations.ts';
import { importShapes } from './import-shapes.ts';
import {
  locationResource,
  locationResponsibilityResource,
  locationTreeResource,
  locationTypeResource,
} from './location.resource.ts';

export function locationResources(context: Context): ResourceDeclaration[] {
  return [
    locationTypeResource,
    locationResource(context),
    locationTreeResource,
    locationPolygonResource,
    geoResource(context),
    locationResponsibilityResource(),
  ];
}

const dryRun = Type.Object({ dry_run: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

/** What is not a resource: files of many places at once, and why somebody sees a place or not. */
export async function locationRoutes(app: App, context: Context): Promise<void> {
  app.get(
    '/api/v1/location/:id/explain_access',
    {
      config: { access: 'signed-in' },
      schema: {
        params: Type.Object({ id: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }) }),
        querystring: Type.Object({ user_id: Type.Optional(Type.String()) }, { additionalProperties: false }),
      },
    },
    (request) => explainAccess(context, request.access, request.params.id, request.query.user_id),
  );

  await app.register(async (scope) => {
    // Whatever the file is called, it is text: what it holds is found out by reading it.
    scope.removeAllContentTypeParsers();
    readTextFiles(scope, '*');
    const intoTree = (tx: Tx, access: Access, text: string, isDry: boolean) =>
      importLocations(context, tx, access, text, isDry);
    const imports = [
      ['location', intoTree],
      ['geo', importShapes],
    ] as const;
    for (const [name, importFile] of imports) {
      const url = `/api/v1/${name}/import`;
      scope.post(url, { config: { access: 'signed-in' }, schema: { querystring: dryRun } }, (request, reply) => {
        const { dry_run: isDry = false } = request.query as { dry_run?: boolean };
        const { text, guessed } = (request.body as DecodedText | undefined) ?? { text: '' };
        const work = async (tx: Tx) => {
          const { summary, issues } = await importFile(tx, request.access as Access, text, isDry);
          await recordAudit(tx, request.access, [{ action: `${name}.import`, object: name, after: summary }]);
          const meta = { dry_run: isDry, ...summary, ...(guessed === undefined ? {} : { encoding: guessed }) };
          return { meta, objects: [], issues, error: null };
        };
        return replyOnce(context.db, request, reply, work, { dryRun: isDry });
      });
    }
  });
}
