import type { Hasher } from './hasher.ts';

/**
 * Hashes a blob, reading `stepBytes` at a time and the next step while it hashes one, so that
 * memory stays flat. Without a hasher it is SHA-256, which WebCrypto only takes whole.
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 *
 * @returns base64 of the value in network byte order.
 * @throws DOMException of the browser: `NotReadableError` where the file changed, `NotFoundError`
 *   where it is gone; `AbortError` as soon as a step is over.
 */
export async function hashBlob(
  blob: Blob,
  hasher: Hasher | undefined,
  stepBytes: number,
  signal?: AbortSignal,
): Promise<string> {
  const read = (at: number) =>
    at < blob.size ? blob.slice(at, at + stepBytes).arrayBuffer() : undefined;
  let value: ArrayBuffer;
  if (hasher) {
    let next = read(0);
    for (let at = stepBytes; next; at += stepBytes) {
      // Each read ends in a task of its own, so a page that hashes here can draw in between.
      const bytes = new Uint8Array(await next);
      signal?.throwIfAborted();
      next = read(at);
      hasher.update(bytes);
    }
    value = hasher.digest();
  } else {
    value = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  }
  return btoa(String.fromCharCode(...new Uint8Array(value)));
}
