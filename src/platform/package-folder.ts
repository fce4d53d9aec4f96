import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of package.json: where migrations, the built web app and the version are. Looked for upwards, because the
 * same code runs from src/, nested, and from dist/, where all of it lies in one folder.
 */
export const packageFolder = upTo(import.meta.dirname);

function upTo(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const above = path.dirname(folder);
  if (above === folder) throw new Error('package.json is not above the code');
  return upTo(above);
}
