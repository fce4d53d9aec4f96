export type SourceFaultKind = 'unreachable' | 'forbidden' | 'unauthorized' | 'refused' | 'broken' | 'limit';

/**
 * What another system did. The message says it without hosts, tables or values, for whoever uses a connection; the detail
 * is for those who manage it. Neither ever has a secret.
 */
export class SourceFault extends Error {
  readonly kind: SourceFaultKind;
  readonly detail: string | undefined;

  constructor(kind: SourceFaultKind, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'SourceFault';
    this.kind = kind;
    this.detail = options.detail;
  }
}
