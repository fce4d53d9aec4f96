import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/**
 * Whether dist/ is what src/ would give: nothing below src/ is newer, folders included, so that a deleted file counts.
 * Some 700 looks at the disk, 10–15 ms: `bin/granary.js` asks at every start.
 */
export function isBuilt(): boolean {
  const built = modifiedAt(path.join(root, 'dist', 'main.js'));
  if (built === undefined) return false;
  const source = path.join(root, 'src');
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const inputs = [source, ...names.map((name) => path.join(source, name)), path.join(root, 'package-lock.json')];
  return inputs.every((input) => (modifiedAt(input) ?? 0) <= built);
}

const modifiedAt = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
