import { type Command, CommanderError } from 'commander';
import { CommandError, exitCodes } from './errors.ts';
import type { Io } from './io.ts';

/** Runs one command line and returns its exit code. A failure is one line on stderr, never a stack. */
export async function runProgram(program: Command, io: Io, argv: string[]): Promise<number> {
  exitNever(program);
  program.configureOutput({ writeOut: io.out, writeErr: io.err });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    io.err(`granary: ${(error as Error).message}\n`);
    return error instanceof CommandError
      ? error.exitCode
      : unreachable(error)
        ? exitCodes.databaseUnreachable
        : exitCodes.failure;
  }
}

/** Commander would end the process by itself; subcommands each need telling. */
function exitNever(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitNever(child);
}

function unreachable(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', '57P03', '3D000', '28P01', '28000'].includes(code);
}
