/**
 * A refused request. Everything a client can be told stands here; anything else that is thrown is a bug and
 * answers an opaque 500. Each module keeps its constructors, one a condition, in its own `errors.ts`; every code is
 * listed in docs/errors.md, and a test compares the two.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: ErrorDetail[];
  readonly hint: string | undefined;
  readonly headers: Record<string, string>;
  /** Further keys of the answer's body, for limits and dialects. */
  readonly extra: Record<string, unknown>;

  constructor(status: number, code: string, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.hint = options.hint;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}

/** One finding inside a refusal: where (pointer into the body, parameter name, or row and column), and what. */
export interface ErrorDetail {
  pointer?: string;
  parameter?: string;
  row?: number;
  /** Of the file, where blank lines and line ends in cells make it another than the row below the header. */
  line?: number;
  column?: string;
  /** What may have been meant. */
  proposed?: string;
  code: string;
  message: string;
}

export interface AppErrorOptions {
  errors?: ErrorDetail[];
  hint?: string;
  headers?: Record<string, string>;
  extra?: Record<string, unknown>;
  cause?: unknown;
}
