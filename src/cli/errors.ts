/** Exit codes of every command; scripts rely on them. */
export const exitCodes = {
  done: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  exists: 4,
  cancelled: 5,
  databaseUnreachable: 6,
} as const;

/** Ends a command with one line on stderr and a code. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.failure) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
