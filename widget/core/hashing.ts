/** Where the engine hashes: in its pool, and what is small on the page. */
import type { ChecksumAlgorithm } from '../../worker/protocol.ts';
import { HashPool, hashOnPage } from './checksum/index.ts';
import type { Engine } from './engine.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A millisecond of a phone; a worker's start and its messages take longer. */
const SMALL_BYTES = 65_536;

/** @throws DOMException when the blob cannot be read, or `signal` is aborted. */
export function hash(
  engine: Engine,
  blob: Blob,
  algorithm: ChecksumAlgorithm,
  signal: AbortSignal,
): Promise<string> {
  if (blob.size <= SMALL_BYTES) return unlessAborted(hashOnPage(blob, algorithm), signal);
  engine.pool ??= new HashPool();
  return engine.pool.hash(blob, algorithm, signal);
}
