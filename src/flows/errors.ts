import { AppError } from '../platform/errors/index.ts';

export const signingKeyMissing = () =>
  new AppError(503, 'signing_key_missing', 'The key of the auth server could not be fetched yet.', {
    headers: { 'retry-after': '5' },
  });
export const flowNotFound = () => new AppError(404, 'flow_not_found', 'There is no such flow.');
export const flowEnded = () => new AppError(409, 'flow_ended', 'The flow has ended already.');
export const flowFailed = (text: string) => new AppError(422, 'flow_failed', text);
export const flowUnfinished = () => new AppError(500, 'flow_unfinished', 'The engine left pipelines unfinished.');
export const packageForbidden = () => new AppError(403, 'package_forbidden', 'This belongs to a private dataset.');
