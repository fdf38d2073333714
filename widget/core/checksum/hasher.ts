import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { untilRead, type Hang } from '../util/until-read.ts';
import { hashOnPage } from './hash-worker.ts';
import { HashPool } from './pool.ts';

/** A phone hashes this much in a millisecond; starting a worker and messaging it take longer. */
const SMALL_BYTES = 65_536;
/** WebCrypto hashes on a thread of its own, but needs all bytes in memory. */
const NATIVE_BYTES = 2 ** 20;

/** Hashes small blobs on the page, and the others in a pool of workers that starts when needed. */
export class Hasher {
  #pool: HashPool | undefined;

  /** @throws DOMException if the blob cannot be read, or if `signal` is aborted. */
  hash(blob: Blob, algorithm: ChecksumAlgorithm, signal: AbortSignal, hang: Hang): Promise<string> {
    const isNative = algorithm === 'sha256' && crypto.subtle;
    if (blob.size <= (isNative ? NATIVE_BYTES : SMALL_BYTES)) {
      return untilRead(() => hashOnPage(blob, algorithm), hang, signal);
    }
    return (this.#pool ??= new HashPool()).hash(blob, algorithm, signal, hang);
  }

  close(): void {
    this.#pool?.close();
  }
}
