import type { Context } from '../../platform/context.ts';

/** Where a command reads and writes. */
export interface CommandIo {
  out(text: string): void;
  /** Undefined where nobody can be asked. `hidden` echoes nothing. */
  ask: ((question: string, options?: { hidden?: boolean }) => Promise<string>) | undefined;
  readStdin(): Promise<string>;
  env: Record<string, string | undefined>;
}

/** Values by the long name of their flag: `{ username: 'ann', 'password-stdin': true }`. */
export type CommandArgs = Record<string, string | boolean | undefined>;

/** Contract plans §12; the wiring turns it into an exit code: 2, 3, 4, 5, 1. */
export type RefusalKind = 'usage' | 'not_found' | 'exists' | 'cancelled' | 'failure';

export class CommandRefusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.name = 'CommandRefusal';
    this.kind = kind;
  }
}

export interface AccountCommand {
  /** `create_user`, as it was called before; undefined for commands without an old verb. */
  verb: string | undefined;
  /** `['user', 'create']`. */
  path: readonly string[];
  about: string;
  /** In commander's notation: `--username <name>`. */
  flags: readonly (readonly [flag: string, about: string])[];
  run(context: Context, io: CommandIo, args: CommandArgs): Promise<void>;
}

export const outputFlags = [
  ['--json', 'print the result as JSON'],
  ['--quiet', 'print nothing on success'],
] as const;

/** One line for people, or the facts for programs. */
export function report(io: CommandIo, args: CommandArgs, line: string, facts: Record<string, unknown>): void {
  if (args.json === true) io.out(`${JSON.stringify(facts)}\n`);
  else if (args.quiet !== true) io.out(`${line}\n`);
}

/** By flag, by GRANARY_ variable, or asked on a terminal; otherwise a usage error that names the flag. */
export async function givenValue(io: CommandIo, args: CommandArgs, flag: string, question: string): Promise<string> {
  const given = args[flag] ?? io.env[`GRANARY_${flag.toUpperCase().replaceAll('-', '_')}`];
  if (typeof given === 'string' && given !== '') return given;
  const answer = await io.ask?.(`${question} `);
  if (answer === undefined || answer.trim() === '') throw new CommandRefusal('usage', `--${flag} is required`);
  return answer.trim();
}

/** Never a plain flag: other users of the machine would see it. */
export async function passwordOf(io: CommandIo, args: CommandArgs): Promise<string> {
  if (args['password-stdin'] === true) return nonEmpty(await io.readStdin());
  const given = io.env.GRANARY_PASSWORD;
  if (given !== undefined && given !== '') return given;
  return nonEmpty(await io.ask?.('Password: ', { hidden: true }));
}

function nonEmpty(password: string | undefined): string {
  if (password === undefined || password === '') throw new CommandRefusal('usage', '--password-stdin is required');
  return password;
}

/** On a terminal a question that defaults to no; elsewhere `--yes` must be given. */
export async function confirmed(io: CommandIo, args: CommandArgs, question: string): Promise<boolean> {
  if (args.yes === true) return true;
  if (io.ask === undefined) throw new CommandRefusal('usage', '--yes is required');
  return /^(y|yes|true|1)$/i.test((await io.ask(`${question} [n] `)).trim());
}
