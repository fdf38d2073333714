/** Files of random bytes on disk, and what they hash to. */
import { createHash, randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Page } from 'puppeteer-core';

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

/**
 * SHA-256 of what a finished upload reads back as, through its presigned URL. The page asks for
 * the URL, for the upload is its browser's own.
 */
export async function sha256OfUpload(page: Page, id: string): Promise<string> {
  const link = await page.evaluate(async (path) => {
    const response = await fetch(path, { headers: { accept: 'application/json' } });
    return { status: response.status, body: await response.text() };
  }, `/uploads/${id}/file`);
  if (link.status !== 200) throw new Error(`no link: ${link.status} ${link.body}`);
  const { url } = JSON.parse(link.body) as { url: string };
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`cannot be read: ${response.status}`);
  const hash = createHash('sha256');
  for await (const chunk of response.body) hash.update(chunk);
  return hash.digest('hex');
}
