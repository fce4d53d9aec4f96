import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';

/** Where a command reads and writes, so that a test can be the terminal. */
export interface Io {
  /** Bytes go through as they are. */
  out(what: string | Uint8Array): void;
  err(text: string): void;
  stdin: Readable;
  /** True where somebody can be asked. */
  interactive: boolean;
  /** True where a bar may redraw itself. */
  progress: boolean;
}

export function processIo(): Io {
  return {
    out: (what) => process.stdout.write(what),
    err: (text) => process.stderr.write(text),
    stdin: process.stdin,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    progress: process.stderr.isTTY === true,
  };
}

/** One line from the terminal; `hidden` echoes nothing. */
export async function ask(io: Io, question: string, options: { hidden?: boolean } = {}): Promise<string> {
  io.err(question);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: options.hidden ? mute : process.stderr, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    if (options.hidden) io.err('\n');
  }
}

/** Everything on standard input, without the newline `echo` adds. */
export async function readStdin(io: Io): Promise<string> {
  let text = '';
  for await (const chunk of io.stdin) text += String(chunk);
  return text.replace(/\r?\n$/, '');
}
