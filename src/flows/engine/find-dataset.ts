import { SourceFailure } from '../fetch-source.ts';
import type { FlowRun } from '../flow-run.ts';
import type { JsonObject } from '../pure/flow-spec.ts';
import { isObject } from '../pure/json.ts';

/** A table of a dataset of ours, as a revision published it. */
export interface DatasetTable {
  /** `owner/dataset/N`. */
  flowId: string;
  resource: string;
  sha256: string;
  bytes: number;
  schema: JsonObject | undefined;
}

/**
 * What `granary://owner/dataset[/revision]` stands for now, with the rights of the flow's owner, which are looked at each time. `chosen`
 * picks one of several tables by name. Throws SourceFailure.
 */
export async function findDatasetTable(
  run: Pick<FlowRun, 'productsOf'>,
  url: string,
  chosen: (names: string[]) => string[],
): Promise<DatasetTable> {
  const [, owner, name, revision] = /^granary:\/\/([^/?#]+)\/([^/?#]+)(?:\/([^/?#]+))?$/i.exec(url) ?? [];
  const found = owner === undefined ? undefined : await run.productsOf(owner, name!, revision);
  if (found === undefined) throw failure(`${url} is not there, or not for this flow to read.`);
  const tables = new Map(
    found.products.flatMap((product) => {
      const { datahub } = product.descriptor;
      const [resource] = isObject(datahub) && datahub.type === 'derived/csv' ? [datahub.derivedFrom].flat() : [];
      return typeof resource === 'string' ? [[resource, product] as const] : [];
    }),
  );
  const names = chosen([...tables.keys()]);
  if (names.length !== 1)
    throw failure(
      `${url} has ${tables.size} tables, of which "resource" must choose one: ${[...tables.keys()].join(', ')}`,
    );
  const [resource] = names as [string];
  const { sha256, bytes, descriptor } = tables.get(resource)!;
  const { schema } = descriptor;
  return { flowId: found.flowId, resource, sha256, bytes, schema: isObject(schema) ? schema : undefined };
}

const failure = (message: string) => new SourceFailure({ code: 'source-error', message });
