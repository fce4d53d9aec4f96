import { InvalidOption, parseOptions, type UploadOptions, type UploadTarget } from './upload-options.ts';

export interface Parameters {
  target: UploadTarget;
  options: UploadOptions;
}

/** Two different projects in one request: which one is meant cannot be guessed. */
export class ContradictingProjects extends Error {}

/**
 * One request's parameters from all places they may stand in (path, query, header, form or JSON fields). The same thing
 * said twice is fine; two different things are refused.
 */
export function mergeParameters(sources: Record<string, unknown>[], readingNames: readonly string[]): Parameters {
  const merged: Parameters = { target: {}, options: {} };
  for (const source of sources) {
    const { target, options } = parseOptions(onceEach(source), readingNames);
    if ((merged.target.project_id ?? target.project_id) !== (target.project_id ?? merged.target.project_id)) {
      throw new ContradictingProjects();
    }
    adopt(merged.target, target);
    adopt(merged.options, options);
  }
  return merged;
}

/** A query may name the project twice, as long as it is one. */
function onceEach(source: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(source.project_id)) return source;
  const [first, ...others] = new Set(source.project_id as unknown[]);
  if (others.length > 0) throw new ContradictingProjects();
  return { ...source, project_id: first };
}

function adopt(into: object, from: object): void {
  const known = into as Record<string, unknown>;
  for (const [name, value] of Object.entries(from)) {
    if (name in known && JSON.stringify(known[name]) !== JSON.stringify(value)) {
      if (name !== 'reading') throw new InvalidOption(name, `'${name}' is given twice, with different values.`);
      adopt(known.reading as object, value as object);
    } else known[name] = value;
  }
}
