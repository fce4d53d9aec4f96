import type { FastifyReply, FastifyRequest } from 'fastify';
import { getProject } from '../accounts/index.ts';
import { openTable, type Parameters, parseSelection, readableDatasets, SelectionProblem } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { openPackage, type PackagePart } from './open-package.ts';
import { refusing } from './parse-rows-request.ts';
import { mediaTypes } from './pure/formats.ts';
import { parseOutputOptions } from './pure/output-options.ts';

/** Every dataset of a project, each in its newest revision, as one Data Package. */
export function sendProject(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  given: string,
): Promise<FastifyReply> {
  return refusing(async () => {
    const project = await getProject(context, request.access, given, 'row.read');
    const parameters = request.query as Parameters;
    refuseSelections(parameters);
    const options = parseOutputOptions(parameters);
    const parts: PackagePart[] = [];
    const omitted: { name: string; reason: string }[] = [];
    for (const dataset of await readableDatasets(context, request.access, project.id)) {
      if (dataset.latestRevision === 0) {
        omitted.push({ name: dataset.name, reason: 'it has no revision yet' });
        continue;
      }
      const table = await openTable(context, dataset, 'latest');
      const selection = parseSelection({}, table.columns, []);
      parts.push({
        table,
        rows: { selection, options, limit: undefined, start: { skip: 0 }, count: 'none', plan: false },
      });
    }
    const { stream } = await openPackage(context, request, parts, {
      id: project.id,
      name: project.slug,
      title: project.title,
      description: project.description,
      metadata: {},
      omitted,
    });
    reply.headers({
      'content-type': mediaTypes.zip[0]!,
      'content-disposition': `attachment; filename="${project.slug}.zip"`,
    });
    if (request.method === 'HEAD') {
      stream.destroy();
      return reply.send();
    }
    reply.raw.once('close', () => stream.destroy());
    return reply.send(stream);
  });
}

/** Filters and columns belong to one table; for many they would name nothing, and ignoring them would give too much. */
function refuseSelections(parameters: Parameters): void {
  const allowed = [
    'project_id',
    'format',
    'auth_token',
    'delimiter',
    'decimal',
    'null',
    'bom',
    'safe_cells',
    'data_format',
  ];
  const other = Object.keys(parameters).find((name) => !allowed.includes(name));
  if (other === undefined) return;
  throw new SelectionProblem(
    other,
    'invalid_parameter',
    `'${other}' cannot be used for all datasets at once; name one`,
  );
}
