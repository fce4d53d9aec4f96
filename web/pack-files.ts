import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Writes a .br and a .gz beside every text file, once at build time, so that the server only ever sends bytes. */
export function packFiles(): Plugin {
  let folder = '';
  return {
    name: 'granary:pack-files',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const files = await readdir(folder, { recursive: true });
      await Promise.all(
        files.filter((file) => /\.(js|css|html|svg|json)$/.test(file)).map((file) => pack(folder, file)),
      );
    },
  };
}

async function pack(folder: string, file: string): Promise<void> {
  const bytes = await readFile(path.join(folder, file));
  if (bytes.length < 1024) return;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  await Promise.all([
    promisify(brotliCompress)(bytes, brotli).then((packed) => writeFile(path.join(folder, `${file}.br`), packed)),
    promisify(gzip)(bytes, { level: 9 }).then((packed) => writeFile(path.join(folder, `${file}.gz`), packed)),
  ]);
}
