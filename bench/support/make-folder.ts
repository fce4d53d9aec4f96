import { chmod, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A folder of its own that the database's user can enter: what a bench makes lies in it and goes with it. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-bench-'));
  await chmod(folder, 0o711);
  return folder;
}
