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

/** What ends a pipeline in place of the whole flow (contract flows §9). */
export const flowMemoryLimit = (bytes: number) =>
  new AppError(422, 'flow_memory_limit', `It needs more than the ${bytes} bytes of memory of FLOW_MEMORY_BYTES.`);
export const flowDiskLimit = (bytes: number) =>
  new AppError(
    422,
    'flow_disk_limit',
    `It needs more than the ${bytes} bytes of temporary disk of FLOW_TEMPORARY_BYTES.`,
  );
export const flowTimeLimit = (seconds: number) =>
  new AppError(422, 'flow_time_limit', `It takes longer than the ${seconds} s of FLOW_PIPELINE_SECONDS.`);
export const engineLost = (how: string) =>
  new AppError(
    500,
    'flow_engine_lost',
    `The process of its engine ended (${how}), as it does when the machine has no memory left; see FLOW_MEMORY_BYTES.`,
  );
export const flowStorageLimit = (kind: 'private' | 'public', limitMb: number, source: string) =>
  new AppError(
    422,
    'flow_storage_limit',
    `With it the owner's ${kind} datasets would hold more than the ${limitMb} MB of ${source}.`,
  );
/** In an `error_log`, which has no place for a code. */
export const limitLine = ({ code, message }: AppError): string => `${code}: ${message}`;
export const connectionNotUsable = (address: string) =>
  new AppError(403, 'connection_not_usable', `${address} is not there, or not for this flow to use.`);
