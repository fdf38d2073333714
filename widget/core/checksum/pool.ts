import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { type Lane, pageLane } from './lane.ts';
import { workerLane } from './worker-lane.ts';

export interface HashPoolOptions {
  /** Workers at once. @default one less than the processor has cores, at least 1, at most 4 */
  readonly workers?: number;
}

interface Job {
  readonly blob: Blob;
  readonly algorithm: ChecksumAlgorithm;
  readonly resolve: (checksum: string) => void;
  readonly reject: (reason: unknown) => void;
  /** A worker has died of it. */
  deadly?: boolean;
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
  /** A worker has done a job: the page's policy allows them. */
  #proven = false;
  #onPage = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor({ workers }: HashPoolOptions = {}) {
    this.#size = workers ?? Math.min(4, navigator.hardwareConcurrency - 1 || 1);
  }

  /**
   * The blob's checksum, base64 of its bytes in network order, as in S3's headers. Memory stays
   * flat; only SHA-256 reads the blob whole, one blob at a time, and needs a secure context.
   *
   * @throws DOMException: `AbortError` when `signal` is aborted or the pool closed,
   *   `NotReadableError` or `NotFoundError` when the file has changed or is gone.
   */
  hash(blob: Blob, algorithm: ChecksumAlgorithm, signal?: AbortSignal): Promise<string> {
    let abort: () => void;
    return new Promise<string>((resolve, reject) => {
      const job: Job = { blob, algorithm, resolve, reject };
      abort = () => this.#drop(job);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#waiting.push(job);
      this.#pump();
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the workers; what is not done rejects with `AbortError`. */
  close(): void {
    for (const job of this.#waiting.concat(this.#endLanes())) this.#drop(job);
  }

  /** Gives jobs to lanes; a moment later, so that a row of aborts starts no worker in vain. */
  #pump(): void {
    queueMicrotask(() => {
      clearTimeout(this.#idle);
      for (let job; (job = this.#next());) {
        const lane = this.#freeLane();
        if (!lane) return;
        this.#waiting.splice(this.#waiting.indexOf(job), 1);
        this.#run(lane, job);
      }
      if (this.#lanes.size && !this.#running().length) {
        this.#idle = setTimeout(() => this.#endLanes(), IDLE_MS);
      }
    });
  }

  #next(): Job | undefined {
    const whole = (job: Job) => job.algorithm === 'sha256';
    const busy = this.#running().some(whole);
    return this.#waiting.find((job) => !busy || !whole(job));
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
    lane
      .hash(job.blob, job.algorithm)
      .then(
        (checksum) => {
          this.#proven = true;
          job.resolve(checksum);
        },
        (error: unknown) => {
          if (this.#onPage || error instanceof DOMException) return job.reject(error);
          this.#end(lane);
          this.#waiting.unshift(job);
          if (job.deadly || !this.#proven) {
            this.#onPage = true;
            this.#waiting.unshift(...this.#endLanes());
          }
          job.deadly = true;
        },
      )
      .then(() => {
        if (this.#lanes.has(lane)) this.#lanes.set(lane, undefined);
        this.#pump();
      });
  }

  #drop(job: Job): void {
    job.reject(new DOMException('Hashing was aborted', 'AbortError'));
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    // A read may hang, on a network drive or in a cloud: only the end of the worker ends it.
    for (const [lane, running] of this.#lanes) if (running === job) this.#end(lane);
    this.#pump();
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
