import type { Config } from '../platform/config/index.ts';
import { AppError, type ErrorDetail } from '../platform/errors/index.ts';
import type { FlowRun } from './flow-run.ts';

/** The functions of a FlowRun; the server does them for an engine in another process. */
export type CallName = {
  [Key in keyof FlowRun]: FlowRun[Key] extends (...args: never[]) => unknown ? Key : never;
}[keyof FlowRun];

/** One run for an engine: what a FlowRun says, and the names of what it does. */
export interface EngineTask {
  config: Config;
  run: Omit<FlowRun, CallName | 'signal'>;
  calls: string[];
}

/** Messages between server and engine, by structured clone: maps, sets and dates stay what they are. */
export type ToEngine =
  | { type: 'run'; task: EngineTask }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; error: ErrorFacts }
  | { type: 'abort'; error: ErrorFacts };
export type FromEngine =
  | { type: 'ready' }
  | { type: 'call'; id: number; name: string; args: unknown[] }
  | { type: 'done' }
  | { type: 'failed'; error: ErrorFacts };

/** An engine ends itself with this code when its process holds more than its memory and this much besides. */
export const memoryExitCode = 97;
/** For what is not DuckDB's: the program, its buffers, readers. */
export const memoryHeadroomBytes = 1024 ** 3;

/** An error on its way. `call`: the server's own answer to that call, which it still has. */
export interface ErrorFacts {
  name: string;
  message: string;
  stack: string | undefined;
  code: string | undefined;
  call: number | undefined;
  app: { status: number; code: string; hint: string | undefined; errors: ErrorDetail[] } | undefined;
}

const callOf = Symbol('call');

export function packError(error: unknown): ErrorFacts {
  if (!(error instanceof Error))
    return {
      name: 'Error',
      message: String(error),
      stack: undefined,
      code: undefined,
      call: undefined,
      app: undefined,
    };
  const { code, [callOf]: call } = error as { code?: unknown; [callOf]?: number };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    call,
    app:
      error instanceof AppError
        ? { status: error.status, code: error.code, hint: error.hint, errors: error.errors }
        : undefined,
  };
}

export function unpackError({ name, message, stack, code, app }: ErrorFacts, call?: number): Error {
  const error =
    app === undefined
      ? Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
      : new AppError(app.status, app.code, message, {
          errors: app.errors,
          ...(app.hint === undefined ? {} : { hint: app.hint }),
        });
  if (stack !== undefined) error.stack = stack;
  return call === undefined ? error : Object.assign(error, { [callOf]: call });
}
