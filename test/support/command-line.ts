import { Command } from 'commander';
import { afterAll, beforeAll, vi } from 'vitest';
import { addClientCommands, type Io, runProgram } from '../../src/cli/index.ts';

/** Every command of this file speaks to this server, as this person. */
export function signedInTo(url: string, token: string): void {
  beforeAll(() => {
    vi.stubEnv('GRANARY_URL', url);
    vi.stubEnv('GRANARY_TOKEN', token);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
}

/** The command line as a terminal would see it, in this process. */
export async function granary(...args: string[]) {
  let [out, err] = ['', ''];
  const io = {
    out: (what: string | Uint8Array) => {
      out += typeof what === 'string' ? what : Buffer.from(what).toString();
    },
    err: (text: string) => {
      err += text;
    },
    interactive: false,
    progress: false,
  } as Io;
  const program = new Command('granary');
  addClientCommands(program, io);
  const code = await runProgram(program, io, args);
  return { code, out, err };
}
