import { AppError } from '../errors/index.ts';

/** Texts name the host that was asked for, never the address it resolved to: that would map our network. */
export const fetchUrlInvalid = (why: string): AppError => new AppError(400, 'fetch_url_invalid', why);

export const fetchTargetRefused = (host: string, why: string): AppError =>
  new AppError(403, 'fetch_target_refused', `${host} may not be fetched from: ${why}.`, {
    hint: 'an administrator can allow the target with GRANARY_ALLOW_HOSTS',
  });

export const fetchRedirectRefused = (why: string): AppError => new AppError(502, 'fetch_redirect_refused', why);

export const fetchTooLarge = (maxBytes: number): AppError =>
  new AppError(502, 'fetch_too_large', `The answer is larger than ${maxBytes} bytes.`, { extra: { limit: maxBytes } });

export const fetchTimeout = (what: string, cause?: unknown): AppError =>
  new AppError(504, 'fetch_timeout', what, { cause });

export const fetchFailed = (what: string, cause?: unknown): AppError =>
  new AppError(502, 'fetch_failed', what, { cause });
