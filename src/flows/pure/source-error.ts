export interface SourceError {
  code: 'io-error' | 'http-error' | 'source-error' | 'scheme-error' | 'format-error' | 'encoding-error';
  /** The cause, for people; credentials are masked in it. */
  message: string;
}

/** The report's code for what stopped a fetch (contract flows §6.3); by error code of `platform/fetch`. */
export function sourceErrorOf(error: { code: string; message: string }): SourceError {
  const code = error.code === 'fetch_url_invalid' ? 'scheme-error' : 'io-error';
  return { code, message: error.message };
}
