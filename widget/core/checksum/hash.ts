import type {
  Algorithm,
  ChecksumAlgorithm,
  createCrc,
  createMd5,
  createSha256,
  DISTANCES,
  Polynomials,
} from '../../../worker/protocol.ts';
import type { createFold, Fold } from './fold.ts';

/**
 * Hashes a blob, reading `stepBytes` (a multiple of 64) at a time. Once `isOver` returns true, it
 * stops, and its promise never settles.
 *
 * @returns base64 of the value in network byte order, as in S3's headers.
 * @throws what the browser throws: `NotReadableError` if the file has changed, `NotFoundError` if
 *   it is gone.
 */
export type Hash = (
  blob: Blob,
  name: ChecksumAlgorithm,
  stepBytes: number,
  isOver?: () => boolean,
) => Promise<string>;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 * Pass `fold` only where WebAssembly may be tried.
 */
export function createHash(
  crc: typeof createCrc,
  md5: typeof createMd5,
  sha256: typeof createSha256,
  polynomials: Polynomials,
  fold?: typeof createFold,
  distances: typeof DISTANCES = {},
): Hash {
  const ready: { [name in ChecksumAlgorithm]?: Algorithm & { readonly fold?: Fold | undefined } } =
    {};

  let buffer = new ArrayBuffer(0);
  /** Reads into one buffer again and again, because new memory costs as much as reading. */
  const stream = async (blob: Blob, stepBytes: number, take: (bytes: Bytes) => void) => {
    const reader = blob.stream().getReader({ mode: 'byob' });
    if (buffer.byteLength !== stepBytes) buffer = new ArrayBuffer(stepBytes);
    let filled = 0;
    for (let at = 0; at < blob.size;) {
      const { value } = await reader.read(new Uint8Array(buffer, filled));
      if (!value?.length) throw new Error('The file has become shorter.');
      buffer = value.buffer;
      filled += value.length;
      at += value.length;
      if (filled < buffer.byteLength && at < blob.size) continue;
      take(new Uint8Array(buffer, 0, filled));
      filled = 0;
    }
  };

  return async (blob, name, stepBytes, isOver) => {
    let value;
    if (name === 'sha256' && crypto.subtle) {
      // WebCrypto needs the whole blob in memory.
      value = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    } else {
      const polynomial = polynomials[name];
      const apart = distances[name];
      const algorithm = (ready[name] ??= {
        ...(polynomial ? crc(...polynomial) : name === 'sha256' ? sha256() : md5()),
        fold: apart && fold?.(apart),
      });
      let state = algorithm.start();
      let rest: Bytes = new Uint8Array();
      const take = (bytes: Bytes) => {
        const end = bytes.length & ~63;
        const view = new DataView(bytes.buffer);
        let from = algorithm.fold?.(state, bytes.subarray(0, end)) ?? 0;
        for (; from < end; from += 4096) {
          algorithm.update(state, view, from, Math.min(from + 4096, end));
        }
        rest = bytes.subarray(end);
      };
      // Reads slices, because a stream reports a file that has changed or is gone as a "network
      // error". One slice is read while another is hashed. Each read ends in a task of its own, so
      // that a page that hashes on its main thread can draw in between.
      const read = (at: number) => {
        if (at >= blob.size) return undefined;
        // Slicing a small blob costs more than hashing it.
        return (blob.size > stepBytes ? blob.slice(at, at + stepBytes) : blob).arrayBuffer();
      };
      const slices = async () => {
        state = algorithm.start();
        let next = read(0);
        for (let at = stepBytes; next; at += stepBytes) {
          const bytes = new Uint8Array(await next);
          if (isOver?.()) await new Promise(() => {});
          next = read(at);
          take(bytes);
        }
      };
      // If hashing is fast, reading takes most of the time.
      if (algorithm.fold && blob.size >= stepBytes / 4) {
        await stream(blob, stepBytes / 4, take).catch(slices);
      } else await slices();
      value = algorithm.finish(state, rest, blob.size);
    }
    return btoa(String.fromCharCode(...value));
  };
}
