import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import type { Algorithm } from './algorithm.ts';

/** Factories by name; SHA-256 has none, because WebCrypto has it. */
export type Algorithms = { readonly [name in ChecksumAlgorithm]?: () => Algorithm };

/**
 * Hashes a blob, `stepBytes` (a multiple of 4,096) at a time.
 *
 * @returns base64 of the value in network byte order, as in S3's headers.
 * @throws DOMException of the browser: `NotReadableError` where the file has changed,
 *   `NotFoundError` where it is gone; `AbortError` at the end of the step in which `signal` is
 *   aborted; `NotSupportedError` for SHA-256 outside of secure contexts.
 */
export type HashBlob = (
  blob: Blob,
  algorithm: ChecksumAlgorithm,
  stepBytes: number,
  signal?: AbortSignal,
) => Promise<string>;

/**
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createHashBlob(algorithms: Algorithms): HashBlob {
  const ready: { [name in ChecksumAlgorithm]?: Algorithm | undefined } = {};

  return async (blob, name, stepBytes, signal) => {
    const algorithm = (ready[name] ??= algorithms[name]?.());
    let value;
    if (algorithm) {
      const read = (at: number) => blob.slice(at, at + stepBytes).arrayBuffer();
      const state = algorithm.start();
      let rest = new Uint8Array();
      let next = read(0);
      for (let at = stepBytes; at < blob.size + stepBytes; at += stepBytes) {
        // Each read ends in a task of its own, so a page that hashes here can draw in between.
        const view = new DataView(await next);
        signal?.throwIfAborted();
        // One step is read while the one before is hashed: memory stays flat.
        next = read(at);
        const end = view.byteLength & ~63;
        for (let from = 0; from < end; from += 4096) {
          algorithm.update(state, view, from, Math.min(from + 4096, end));
        }
        rest = new Uint8Array(view.buffer, end);
      }
      value = algorithm.finish(state, rest, blob.size);
    } else {
      if (!crypto.subtle) throw new DOMException('No WebCrypto: not HTTPS', 'NotSupportedError');
      value = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
    }
    return btoa(String.fromCharCode(...new Uint8Array(value)));
  };
}
