import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface Member {
  name: string;
  /** A file here, or the text itself. */
  file?: string;
  text?: string;
}

/** Members in their order, with one fixed time: equal inputs give equal bytes. */
export async function writeZip(members: readonly Member[], file: string): Promise<void> {
  const zip = new ZipFile();
  // Local time of the format's first day, whatever the zone of this machine.
  const options = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };
  for (const { name, file: from, text } of members) {
    if (from === undefined) zip.addBuffer(Buffer.from(text ?? ''), name, options);
    else zip.addFile(from, name, options);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}
