import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import type { Algorithm } from './algorithm.ts';
import type { createCrc } from './crc.ts';
import type { createMd5 } from './md5.ts';
import type { Polynomials } from './polynomials.ts';

/**
 * Hashes a blob, reading `stepBytes` (a multiple of 64) at a time; once it `isOver`, it
 * stops and never settles.
 *
 * @returns base64 of the value in network byte order, as in S3's headers.
 * @throws what the browser throws: `NotReadableError` where the file has changed, `NotFoundError`
 *   where it is gone.
 */
export type Hash = (
  blob: Blob,
  name: ChecksumAlgorithm,
  stepBytes: number,
  isOver?: () => boolean,
) => Promise<string>;

/** Refers to nothing outside itself, because its source text also runs in the hashing worker. */
export function createHash(
  crc: typeof createCrc,
  md5: typeof createMd5,
  polynomials: Polynomials,
): Hash {
  const ready: { [name in ChecksumAlgorithm]?: Algorithm } = {};

  return async (blob, name, stepBytes, isOver) => {
    let value;
    if (name === 'sha256') {
      // WebCrypto takes it only whole.
      value = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    } else {
      const polynomial = polynomials[name];
      const algorithm = (ready[name] ??= polynomial ? crc(...polynomial) : md5());
      const state = algorithm.start();
      let rest = new Uint8Array();
      // Slices, because a stream says "network error" of a file that has changed or is gone. One is
      // read while another is hashed. Each read ends in a task of its own, so that a page that
      // hashes here can draw in between.
      const read = (at: number) =>
        at < blob.size ? blob.slice(at, at + stepBytes).arrayBuffer() : undefined;
      let next = read(0);
      for (let at = stepBytes; next; at += stepBytes) {
        const view = new DataView(await next);
        if (isOver?.()) await new Promise(() => {});
        next = read(at);
        const end = view.byteLength & ~63;
        for (let from = 0; from < end; from += 4096) {
          algorithm.update(state, view, from, Math.min(from + 4096, end));
        }
        rest = new Uint8Array(view.buffer, end);
      }
      value = algorithm.finish(state, rest, blob.size);
    }
    return btoa(String.fromCharCode(...value));
  };
}
