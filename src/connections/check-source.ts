import type { JsonObject } from './connector.ts';
import type { connectorOf } from './connectors.ts';
import { invalidSource } from './errors.ts';
import { problemsOf } from './pure/check-json.ts';

/** Throws `invalid_source`. */
export function checkSource(connector: ReturnType<typeof connectorOf>, source: unknown, at: string): JsonObject {
  const problems = problemsOf(connector.sourceSchema, source, at, 'invalid_source');
  if (problems.length > 0) throw invalidSource(problems);
  const problem = connector.checkSource?.(source as JsonObject);
  if (problem !== undefined)
    throw invalidSource([{ pointer: `${at}${problem.pointer}`, code: 'invalid_source', message: problem.message }]);
  return source as JsonObject;
}
