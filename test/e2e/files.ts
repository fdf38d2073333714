/** Files of random bytes on disk, and what they hash to. */
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Writes `bytes` random bytes to `path` and returns their SHA-256 in hex. */
export async function writeRandomFile(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes));
  try {
    for (let written = 0; written < bytes; written += chunk.length) {
      const piece = randomFillSync(chunk).subarray(0, Math.min(chunk.length, bytes - written));
      hash.update(piece);
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** SHA-256 of what a finished upload reads back as, through its presigned URL. */
export async function sha256OfUpload(endpoint: string, id: string): Promise<string> {
  const link = await fetch(`${endpoint}/uploads/${id}/file`, {
    headers: { accept: 'application/json' },
  });
  if (!link.ok) throw new Error(`no link: ${link.status} ${await link.text()}`);
  const { url } = (await link.json()) as { url: string };
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`cannot be read: ${response.status}`);
  const hash = createHash('sha256');
  for await (const chunk of response.body) hash.update(chunk);
  return hash.digest('hex');
}
