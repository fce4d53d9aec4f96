import { open } from 'node:fs/promises';

const sampleBytes = 1 << 16;

/** The first 64 KB as UTF-8 text, without a character that is cut off; and whether that is the whole file. */
export async function readHead(file: string): Promise<{ text: string; complete: boolean }> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(sampleBytes);
    const { bytesRead } = await handle.read(buffer, 0, sampleBytes, 0);
    const text = new TextDecoder('utf-8').decode(buffer.subarray(0, bytesRead), { stream: true });
    return { text, complete: bytesRead < sampleBytes };
  } finally {
    await handle.close();
  }
}
