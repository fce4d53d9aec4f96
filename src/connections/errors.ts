import { AppError, type ErrorDetail } from '../platform/errors/index.ts';
import type { SourceFault } from './source-fault.ts';

const refusal = (status: number, code: string, pointer: string, message: string, hint?: string) =>
  new AppError(status, code, message, {
    errors: [{ pointer, code, message }],
    ...(hint === undefined ? {} : { hint }),
  });

export const connectionNotFound = (given: string) =>
  new AppError(404, 'connection_not_found', `connection ${given} does not exist`);
export const queryNotFound = (name: string, known: readonly string[]) =>
  new AppError(404, 'query_not_found', `The connection has no query '${name}'.`, {
    hint: known.length === 0 ? 'It has none.' : `It has: ${known.slice(0, 50).join(', ')}.`,
  });
export const unknownConnector = (type: string, known: readonly string[]) =>
  refusal(400, 'unknown_connector', '/type', `There is no connector '${type}'.`, `Connectors: ${known.join(', ')}.`);
export const connectorNotInstalled = (type: string) =>
  new AppError(501, 'connector_not_installed', `This version has no connector for ${type}.`);
export const invalidConnection = (errors: ErrorDetail[]) =>
  new AppError(400, 'invalid_connection', errors[0]!.message, { errors });
export const invalidSource = (errors: ErrorDetail[]) =>
  new AppError(400, 'invalid_source', errors[0]!.message, { errors });
export const secretsNeeded = (names: readonly string[]) =>
  refusal(
    400,
    'secrets_needed',
    '/secrets',
    `Where the connection leads has changed: ${names.join(', ')} must be given again.`,
    'A secret is sent only to where it was given for.',
  );
export const nothingToDiscover = (type: string) =>
  new AppError(400, 'nothing_to_discover', `A connection of type ${type} cannot list what there is.`);
export const secretsLost = () =>
  new AppError(
    409,
    'connection_secrets_lost',
    'The secrets of the connection were sealed with another GRANARY_SECRET.',
    {
      hint: 'Give them again.',
    },
  );

export const limitReached = (limit: string, value: number) =>
  new AppError(413, 'limit_reached', `One read may take ${limit}: the limit is reached, and nothing was kept.`, {
    extra: { limit: value },
  });

/**
 * What a source did, as an answer. Only who manages the connection is told its own words: they speak of hosts, tables
 * and statements.
 */
export function sourceFailed(fault: SourceFault, name: string, showsDetail: boolean): AppError {
  const detail = showsDetail && fault.detail !== undefined ? ` ${fault.detail}` : '';
  const text = `Connection '${name}': ${fault.message}${detail}`;
  switch (fault.kind) {
    case 'unreachable':
      return new AppError(502, 'source_unreachable', text);
    case 'forbidden':
      return new AppError(403, 'source_forbidden', text, {
        hint: 'An administrator can allow the target with GRANARY_ALLOW_HOSTS.',
      });
    case 'unauthorized':
      return new AppError(502, 'source_unauthorized', text);
    case 'refused':
      return new AppError(502, 'source_refused', text);
    case 'broken':
      return new AppError(502, 'source_broken', text);
    case 'limit':
      return new AppError(413, 'limit_reached', text);
  }
}
