import { open } from 'node:fs/promises';
import type { Cut } from './page.ts';
import type { TestFile } from './rig.ts';

/** The bytes of a piece, from the file that the page cuts it from. */
export async function bytesOf(source: TestFile, { start, end }: Cut): Promise<Uint8Array> {
  const file = await open(source.path);
  try {
    const bytes = new Uint8Array(end - start);
    if (bytes.length > 0) await file.read(bytes, 0, bytes.length, start);
    return bytes;
  } finally {
    await file.close();
  }
}
