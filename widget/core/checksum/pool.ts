import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { type Lane, pageLane, workerLane } from './lane.ts';

export interface HashPoolOptions {
  /**
   * Workers at once; 0 hashes on the page.
   *
   * @default one less than the processor has cores, at least 1 and at most 4
   */
  readonly workers?: number;
}

interface Job {
  readonly blob: Blob;
  readonly algorithm: ChecksumAlgorithm;
  readonly resolve: (checksum: string) => void;
  readonly reject: (reason: unknown) => void;
  /** How many workers have died of it. */
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
  #waiting: Job[] = [];
  readonly #lanes = new Set<Lane<Job>>();
  /** A worker has done a job: the page's policy allows them. */
  #proven = false;
  #onPage: boolean;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor({ workers }: HashPoolOptions = {}) {
    this.#size = workers ?? Math.min(4, navigator.hardwareConcurrency - 1 || 1);
    this.#onPage = !this.#size;
  }

  /**
   * The blob's checksum, base64 of its bytes in network order, as in S3's headers. A worker holds
   * 16 MiB of it at most; SHA-256 needs it whole, and a secure context.
   *
   * @throws DOMException: `AbortError` when `signal` is aborted or the pool closed,
   *   `NotReadableError` or `NotFoundError` when the file has changed or is gone.
   */
  hash(blob: Blob, algorithm: ChecksumAlgorithm, signal?: AbortSignal): Promise<string> {
    let abort: () => void;
    return new Promise<string>((resolve, reject) => {
      const job: Job = { blob, algorithm, resolve, reject, deaths: 0 };
      abort = () => this.#drop(job);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#waiting.push(job);
      this.#pump();
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the workers; what is not done rejects with `AbortError`. */
  close(): void {
    this.#stop();
    for (const job of this.#waiting) this.#drop(job);
  }

  /** Gives jobs to lanes; a moment later, so that a row of aborts starts no worker in vain. */
  #pump(): void {
    queueMicrotask(() => {
      clearTimeout(this.#idle);
      while (this.#waiting.length) {
        const lane = this.#freeLane();
        if (!lane) return;
        void this.#run(lane, this.#waiting.shift() as Job);
      }
      if (this.#lanes.size && ![...this.#lanes].some((lane) => lane.job)) {
        this.#idle = setTimeout(() => this.#stop(), IDLE_MS);
      }
    });
  }

  #freeLane(): Lane<Job> | undefined {
    for (const lane of this.#lanes) if (!lane.job) return lane;
    if (this.#lanes.size >= (this.#onPage ? 1 : this.#size)) return undefined;
    try {
      if (!this.#onPage) return workerLane();
    } catch {
      this.#onPage = true;
    }
    return pageLane();
  }

  async #run(lane: Lane<Job>, job: Job): Promise<void> {
    this.#lanes.add(lane);
    lane.job = job;
    try {
      job.resolve(await lane.hash(job.blob, job.algorithm));
      this.#proven = true;
    } catch (error) {
      // It may have been ended, and its job given to another.
      if (!this.#lanes.has(lane)) return;
      if (error instanceof DOMException || job.deaths > 1) {
        job.reject(error);
      } else {
        this.#end(lane);
        // The first that dies before any has done a job was not allowed to start. The second that
        // dies of a job may be short of memory: the page reads in smaller steps.
        if (job.deaths++ || !this.#proven) {
          this.#onPage = true;
          this.#stop();
        }
      }
    }
    lane.job = undefined;
    this.#pump();
  }

  #drop(job: Job): void {
    // A read may hang, on a network drive or in a cloud: only the end of the worker ends it.
    for (const lane of this.#lanes) if (lane.job === job) this.#end(lane);
    this.#waiting = this.#waiting.filter((other) => other !== job);
    job.reject(new DOMException('Hashing was aborted', 'AbortError'));
    this.#pump();
  }

  #stop(): void {
    clearTimeout(this.#idle);
    for (const lane of this.#lanes) this.#end(lane);
  }

  /** What it was doing is the next to be done. */
  #end(lane: Lane<Job>): void {
    this.#lanes.delete(lane);
    lane.end();
    if (lane.job) this.#waiting.unshift(lane.job);
  }
}
