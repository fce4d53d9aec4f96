import type { FlowSpec, JsonObject } from './flow-spec.ts';
import { objectOf, without } from './json.ts';

/**
 * What a catalogue knows of a dataset (contract §3.4), from the final descriptor, or, before the first success, from what was
 * sent; then nothing is published yet.
 */
export function catalogueDocument(
  dataset: { ownerId: string; name: string; ownerName: string; findability: string; certified: boolean },
  spec: FlowSpec,
  descriptor: JsonObject | null,
  succeeded: boolean,
): JsonObject {
  const id = `${dataset.ownerId}/${dataset.name}`;
  const source = descriptor ?? without(spec.inputs[0].parameters.descriptor, 'resources');
  const wished = succeeded || dataset.findability !== 'published' ? dataset.findability : 'unlisted';
  const datahub = {
    ownerid: dataset.ownerId,
    owner: dataset.ownerName,
    ...objectOf(source.datahub),
    findability: wished,
  };
  return {
    id,
    name: source.name ?? dataset.name,
    title: source.title ?? null,
    description: source.description ?? null,
    datahub,
    datapackage: { ...source, datahub },
    certified: dataset.certified,
  };
}
