import { problemWords } from './problem-words.ts';
import { whoMay } from './who-may.ts';

/** The server's one error document, as far as the app shows it. */
export interface ProblemDetail {
  pointer?: string;
  parameter?: string;
  row?: number;
  /** Of the file, where it is not simply the next after the row. */
  line?: number;
  column?: string;
  /** What may have been meant. */
  proposed?: string;
  /** Where a title stands above a table: the row of its headers, and what they are. */
  proposed_header_row?: number;
  proposed_header?: string[];
  code: string;
  message: string;
}

/** A refusal of the server, or none at all: then `status` is 0 and `code` says why. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly hint: string | undefined;
  readonly errors: ProblemDetail[];
  /** Seconds after which it may be asked for again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: Partial<Pick<Problem, 'requestId' | 'hint' | 'errors' | 'retryAfter'>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.requestId = more.requestId;
    this.hint = more.hint;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter;
  }
}

/** Any body the server or a proxy in front of it may give, as a Problem. A bare refusal says by `path` who may. */
export function problemOf(status: number, text: string, requestId: string | null, path?: string): Problem {
  const body = parse(text);
  const more = typeof body === 'object' ? body : undefined;
  // Older dialects list sentences.
  const [sentence] = (more?.errors ?? []).filter((entry) => typeof entry === 'string');
  const detail = typeof body === 'string' ? body : (body?.detail ?? body?.message ?? body?.error ?? sentence);
  const code = more?.code ?? `http_${status}`;
  const words = detail === undefined ? undefined : problemWords(code, detail, more?.used_by);
  return new Problem(status, code, words ?? (detail || `The server answered ${status}.`), {
    requestId: more?.request_id ?? requestId ?? undefined,
    hint: more?.hint ?? (status === 403 && path !== undefined ? whoMay(path) : undefined),
    retryAfter: more?.retry_after,
    errors: (more?.errors ?? []).filter((entry) => typeof entry === 'object').map(shortened),
  });
}

/** The refusal itself says it whole. */
const shortened = (entry: ProblemDetail): ProblemDetail =>
  entry.code === 'duplicate' && entry.row === undefined ? { ...entry, message: 'taken already' } : entry;

export const unreachable = () =>
  new Problem(0, 'unreachable', 'The server cannot be reached. Check the connection, then try again.');

interface Body {
  detail?: string;
  message?: string;
  error?: string;
  code?: string;
  request_id?: string;
  hint?: string;
  retry_after?: number;
  used_by?: Record<string, number>;
  errors?: (ProblemDetail | string)[];
}

function parse(text: string): Body | string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Body) : String(value);
  } catch {
    return text.length > 0 && text.length < 500 && !text.trimStart().startsWith('<') ? text : undefined;
  }
}

/** The finding about one field of a form. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.errors.find((entry) => entry.pointer === `/${field}` || entry.parameter === field)?.message;
}
