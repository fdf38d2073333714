import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { type Lane, LaneDied, pageLane, workerLane } from './lanes.ts';

export interface HashPoolOptions {
  /** Workers at once. @default one less than the processor has cores, at least 1, at most 4 */
  readonly workers?: number;
}

interface Job {
  readonly blob: Blob;
  readonly algorithm: ChecksumAlgorithm;
  readonly resolve: (checksum: string) => void;
  readonly reject: (reason: unknown) => void;
  /** Workers that ended while they had it. */
  deaths: number;
}

/** Workers that have had nothing to do for so long are ended. */
const IDLE_MS = 15_000;

/**
 * Hashes blobs in a few workers, in the order of asking; on the page where no worker may start.
 * Workers start when they are needed and end when they are not.
 *
 * @example
 * const pool = new HashPool();
 * await pool.hash(new Blob(['123456789']), 'crc64nvme'); // 'rosUhgp5mIg='
 */
export class HashPool {
  readonly #size: number;
  readonly #waiting: Job[] = [];
  readonly #lanes = new Map<Lane, Job | undefined>();
  /** No worker may start, or workers die of a job. */
  #onPage = typeof Worker === 'undefined';
  #pumping = false;
  #closed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HashPoolOptions = {}) {
    this.#size = options.workers ?? Math.min(4, navigator.hardwareConcurrency - 1 || 1);
  }

  /**
   * The blob's checksum, base64 of its bytes in network order, as in S3's headers. Memory stays
   * flat, but SHA-256 reads the blob whole, one at a time, and needs a secure context.
   *
   * @throws DOMException: `AbortError` when `signal` is aborted or the pool closed,
   *   `NotReadableError` or `NotFoundError` when the file has changed or is gone.
   */
  hash(blob: Blob, algorithm: ChecksumAlgorithm, signal?: AbortSignal): Promise<string> {
    const { promise, resolve, reject } = withResolvers<string>();
    const job: Job = { blob, algorithm, resolve, reject, deaths: 0 };
    const abort = () => this.#drop(job);
    if (this.#closed || signal?.aborted) {
      abort();
    } else {
      this.#waiting.push(job);
      this.#pump();
      signal?.addEventListener('abort', abort);
    }
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the workers; what is not done rejects with `AbortError`. */
  close(): void {
    this.#closed = true;
    for (const job of this.#waiting.concat(this.#endLanes())) this.#drop(job);
  }

  /** Gives jobs to lanes. A moment later, so that a row of aborts does not start workers in vain. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      clearTimeout(this.#idle);
      for (let job = this.#next(); job; job = this.#next()) {
        const lane = this.#freeLane();
        if (!lane) break;
        this.#waiting.splice(this.#waiting.indexOf(job), 1);
        this.#run(lane, job);
      }
      if (this.#running().length === 0) this.#idle = setTimeout(() => this.#endLanes(), IDLE_MS);
    });
  }

  #next(): Job | undefined {
    const sha256 = this.#running().some((job) => job.algorithm === 'sha256');
    return this.#waiting.find((job) => !sha256 || job.algorithm !== 'sha256');
  }

  #running(): Job[] {
    return [...this.#lanes.values()].filter((job) => job !== undefined);
  }

  #freeLane(): Lane | undefined {
    for (const [lane, job] of this.#lanes) if (!job) return lane;
    if (this.#lanes.size >= (this.#onPage ? 1 : this.#size)) return undefined;
    try {
      if (!this.#onPage) return workerLane();
    } catch {
      this.#onPage = true;
    }
    return pageLane();
  }

  #run(lane: Lane, job: Job): void {
    this.#lanes.set(lane, job);
    lane.run(job.blob, job.algorithm).then(
      (checksum) => {
        if (this.#lanes.get(lane) !== job) return;
        this.#lanes.set(lane, undefined);
        job.resolve(checksum);
        this.#pump();
      },
      (error: unknown) => {
        if (this.#lanes.get(lane) !== job) return;
        if (error instanceof LaneDied) {
          this.#end(lane);
          this.#waiting.unshift(job);
          if (!error.started || job.deaths++ > 0) {
            this.#onPage = true;
            this.#waiting.unshift(...this.#endLanes());
          }
        } else {
          this.#lanes.set(lane, undefined);
          job.reject(error);
        }
        this.#pump();
      },
    );
  }

  #drop(job: Job): void {
    job.reject(new DOMException('Hashing was aborted.', 'AbortError'));
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    // A read may hang (a network drive, a file still in the cloud): only ending the worker frees it.
    for (const [lane, running] of this.#lanes) if (running === job) this.#end(lane);
    if (!this.#closed) this.#pump();
  }

  #end(lane: Lane): void {
    this.#lanes.delete(lane);
    lane.end();
  }

  /** @returns what they were doing. */
  #endLanes(): Job[] {
    const jobs = this.#running();
    for (const lane of this.#lanes.keys()) this.#end(lane);
    return jobs;
  }
}

/** `Promise.withResolvers` is not in Safari before 17.4. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
