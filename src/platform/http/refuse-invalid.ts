import type { FastifyRequest } from 'fastify';
import * as errors from '../errors/index.ts';

/** What the schema compiler says of one fault. */
interface Issue {
  keyword?: string;
  instancePath: string;
  message?: string;
  params?: Record<string, unknown>;
}

/**
 * What does not fit the schema of a route below /api/v1, in the words resources have for it (contract monitoring §2.7);
 * undefined for other routes. Names that are unknown come first, then missing ones, then wrong values, as there.
 */
export function refuseInvalid(
  issues: readonly Issue[],
  context: string,
  request: FastifyRequest,
): errors.AppError | undefined {
  const resource = /^\/api\/v1\/([^/?]+)/.exec(request.url)?.[1];
  if (resource === undefined) return undefined;
  switch (context) {
    case 'params':
      return ofPath(issues, request.params as Record<string, unknown>);
    case 'querystring':
      return ofQuery(issues, request.query as Record<string, unknown>);
    case 'body':
      return ofBody(issues, resource);
    default:
      return undefined;
  }
}

function ofPath(issues: readonly Issue[], params: Record<string, unknown>): errors.AppError {
  const name = nameOf(issues[0]!);
  return errors.invalidId(String(params[name]), name);
}

function ofQuery(issues: readonly Issue[], query: Record<string, unknown>): errors.AppError {
  const [unknown] = namesOf(issues, 'additionalProperty');
  if (unknown !== undefined) return errors.unknownParameter(unknown, undefined);
  const [missing] = namesOf(issues, 'missingProperty');
  if (missing !== undefined) return errors.missingParameter(missing);
  const name = nameOf(issues[0]!);
  if (Array.isArray(query[name])) return errors.repeatedParameter(name);
  return errors.invalidParameter(name, String(query[name]), /^must be (.*)$/.exec(demandOf(issues, issues[0]!))?.[1]);
}

function ofBody(issues: readonly Issue[], resource: string): errors.AppError {
  const told = issues.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf');
  // Of an alternative to an object, such as null, there is nothing to say where there was an object.
  const inside = told.filter(({ keyword, instancePath }) => instancePath !== '' || keyword !== 'type');
  if (inside.length === 0) return errors.malformedBody('The body must be one object.');
  const unknown = namesOf(inside, 'additionalProperty');
  const missing = namesOf(inside, 'missingProperty').sort();
  const wrong = new Map(
    inside
      .filter(({ params }) => params?.additionalProperty === undefined && params?.missingProperty === undefined)
      .map((issue) => [issue.instancePath, `${nameOf(issue)} ${demandOf(inside, issue)}`]),
  );
  const details = [
    ...unknown.map((name) => detail(`/${name}`, 'unknown_field', `'${name}' is not a field of ${resource}`)),
    ...missing.map((name) => detail(`/${name}`, 'missing_field', `${name} is required`)),
    ...[...wrong].map(([pointer, message]) => detail(pointer, 'invalid_value', message)),
  ];
  if (unknown.length > 0) return errors.invalidBody('unknown_field', details[0]!.message, details);
  if (missing.length > 0) {
    return errors.invalidBody('missing_fields', `missing params set(${missing.join(', ')})`, details);
  }
  return errors.invalidBody('invalid_value', details[0]!.message, details);
}

const detail = (pointer: string, code: string, message: string) => ({ pointer, code, message });

const nameOf = ({ instancePath }: Issue) => instancePath.slice(1);

/** Properties in objects inside the body carry their path: `rows/3/name`. */
function namesOf(issues: readonly Issue[], which: 'additionalProperty' | 'missingProperty'): string[] {
  const names = issues.flatMap((issue) => {
    const name = issue.params?.[which];
    return name === undefined ? [] : [`${issue.instancePath}/${name}`.slice(1)];
  });
  return [...new Set(names)];
}

const nouns: Record<string, string> = {
  integer: 'an integer',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a JSON object',
  array: 'a JSON list',
  date: 'a date as YYYY-MM-DD',
};

/** Choices come as one fault each. */
function demandOf(issues: readonly Issue[], { instancePath, params, message = 'is not valid' }: Issue): string {
  const choices = issues.filter((issue) => issue.keyword === 'const' && issue.instancePath === instancePath);
  if (choices.length > 0) return `must be one of ${choices.map((issue) => issue.params?.allowedValue).join(', ')}`;
  const noun = nouns[String(params?.format ?? params?.type)];
  return noun === undefined ? message : `must be ${noun}`;
}
