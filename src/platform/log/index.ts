import { destination, type Logger, pino } from 'pino';

export type { Logger };

export interface LogOptions {
  level: string;
  pretty: boolean;
}

/** What may carry a credential is cut out here, by name, wherever it stands in a log line. */
const secretPaths = [
  'password',
  'token',
  'secret',
  'authorization',
  'cookie',
  '*.password',
  '*.token',
  '*.secret',
  '*.authorization',
  '*.cookie',
  '*.headers.authorization',
  '*.headers.cookie',
  '*.headers["auth-token"]',
  '*.headers.newpassword',
];

/** Lines go to stderr, so that a command's output on stdout stays clean. */
export function createLog(options: LogOptions): Logger {
  const base = {
    level: options.level,
    base: null,
    serializers: { err: errorFacts },
    redact: { paths: secretPaths, censor: '[redacted]' },
  };
  return options.pretty
    ? pino({ ...base, transport: { target: 'pino-pretty', options: { destination: 2 } } })
    : pino(base, destination(2));
}

/** What helps to find a fault. Never an error's further properties: the driver hangs its whole connection on some. */
function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.cause === undefined ? {} : { cause: errorFacts(error.cause) }),
  };
}
