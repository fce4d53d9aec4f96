import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from './platform/package-folder.ts';

const packageFile = path.join(packageFolder, 'package.json');

/** Of this package, as `package.json` says it. */
export const version: string = (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
