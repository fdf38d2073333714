/** Hashes a stored object by reading it, one step an invocation. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { StoredObject } from '../../s3/store.ts';
import { runHash, type RunningHash, type SavedHash } from './hash.ts';
import type { WholeAlgorithm } from '../../protocol.ts';

/** How far it came: to the end of the object, or to a place from which it can be continued. */
export type ReadBack =
  | { readonly kind: 'read'; readonly value: string }
  | { readonly kind: 'stopped'; readonly saved: SavedHash };

/** Delays before further attempts, in milliseconds, when the store's answer ends early or fails. */
const AGAIN_MS = [100, 500, 2000];

/**
 * Reads up to `stepBytes` more. A store that cuts its answer is asked for the rest.
 *
 * @throws ProblemError `conflict` if the object has been replaced, `store_unavailable` if nothing at
 *   all could be read.
 */
export async function readBack(
  { store, verify }: Pick<Signer, 'store' | 'verify'>,
  key: string,
  object: StoredObject,
  algorithm: WholeAlgorithm,
  saved: SavedHash | undefined,
): Promise<ReadBack> {
  const hash = runHash(algorithm, saved);
  const start = hash.bytes;
  const end = Math.min(object.bytes, start + verify.stepBytes);
  for (const delay of [0, ...AGAIN_MS]) {
    if (hash.bytes >= end) break;
    await new Promise((resolve) => setTimeout(resolve, delay));
    try {
      const { body, etag } = await store.read(key, hash.bytes, end);
      if (etag !== object.etag) {
        await body.cancel();
        throw new ProblemError('conflict', 'The object was replaced while it was being verified.');
      }
      await pour(body, hash, end);
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      if (isStoreError(error) && !error.retryable) throw error;
    }
  }
  if (hash.bytes >= object.bytes) return { kind: 'read', value: hash.value() };
  const stopped = hash.save();
  if (stopped.verifiedBytes > start) return { kind: 'stopped', saved: stopped };
  throw new ProblemError('store_unavailable', 'The object could not be read; try again.', {
    retryAfter: 1,
  });
}

/** Larger reads cost less time than many small ones, of which workerd’s default is. */
const READ_BYTES = 65_536;

/** Until `end`, or until the stream ends or breaks. */
async function pour(
  body: ReadableStream<Uint8Array>,
  hash: RunningHash,
  end: number,
): Promise<void> {
  const read = readerOf(body);
  for (;;) {
    const chunk = await read.next();
    if (chunk === undefined) return;
    hash.take(chunk.subarray(0, end - hash.bytes));
    if (hash.bytes < end) continue;
    await read.cancel();
    return;
  }
}

function readerOf(body: ReadableStream<Uint8Array>): {
  next(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
} {
  let byob: ReadableStreamBYOBReader;
  try {
    byob = body.getReader({ mode: 'byob' });
  } catch {
    // Not a byte stream: it comes from a `fetch` of the operator's own.
    const reader = body.getReader();
    return {
      next: async () => (await reader.read()).value,
      cancel: () => reader.cancel(),
    };
  }
  let buffer = new ArrayBuffer(READ_BYTES);
  return {
    async next() {
      const { value } = await byob.read(new Uint8Array(buffer));
      if (!value || value.length === 0) return undefined;
      buffer = value.buffer;
      return value;
    },
    cancel: () => byob.cancel(),
  };
}
