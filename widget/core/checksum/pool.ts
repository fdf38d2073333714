import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { HANG_TERMS, type Hang } from '../util/until-read.ts';
import { type HashWorker, pageHasher, startHashWorker } from './hash-worker.ts';

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
  /** Number of workers that have died while doing this job. */
  deaths: number;
  readonly hang: Hang | undefined;
}

/** Idle workers are ended after this time. */
const IDLE_MS = 15_000;
/** Workers for blobs whose reading hung before. */
const MOST_BESIDE = 2;

/** A file whose reading hangs is read beside the others, and takes no turn of theirs. */
function isHung({ hang }: Job): boolean {
  return hang?.isHung === true;
}

/**
 * Hashes blobs in a few workers, first come, first served, or on the page if no worker may start.
 * Workers start when they are needed, and end when they are idle.
 *
 * @example
 * const pool = new HashPool();
 * await pool.hash(new Blob(['123456789']), 'crc64nvme'); // 'rosUhgp5mIg='
 */
export class HashPool {
  readonly #size: number;
  #waiting: Job[] = [];
  readonly #workers = new Set<HashWorker<Job>>();
  /** True once a worker has finished a job, which proves that the page's policy allows workers. */
  #proven = false;
  #onPage: boolean;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor({ workers }: HashPoolOptions = {}) {
    this.#size = workers ?? Math.min(4, navigator.hardwareConcurrency - 1 || 1);
    this.#onPage = !this.#size;
  }

  /**
   * The blob's checksum, base64 of its bytes in network order, as in S3's headers. A worker holds
   * 16 MiB of it at most; WebCrypto needs it whole for SHA-256.
   *
   * @throws DOMException: `AbortError` when `signal` is aborted or the pool closed,
   *   `NotReadableError` or `NotFoundError` when the file has changed or is gone.
   */
  hash(
    blob: Blob,
    algorithm: ChecksumAlgorithm,
    signal?: AbortSignal,
    hang?: Hang,
  ): Promise<string> {
    let abort: () => void;
    return new Promise<string>((resolve, reject) => {
      const job: Job = { blob, algorithm, resolve, reject, deaths: 0, hang };
      abort = () => this.#drop(job);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#waiting.push(job);
      this.#pump();
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the workers. Unfinished jobs reject with `AbortError`. */
  close(): void {
    this.#stop();
    for (const job of this.#waiting) this.#drop(job);
  }

  /** Gives jobs to workers, but a moment later, so that a series of aborts does not start workers. */
  #pump(): void {
    queueMicrotask(() => {
      clearTimeout(this.#idle);
      for (const isBeside of [false, true]) this.#start(isBeside);
      if (this.#workers.size && ![...this.#workers].some((worker) => worker.job)) {
        this.#idle = setTimeout(() => this.#stop(), IDLE_MS);
      }
    });
  }

  #start(isBeside: boolean): void {
    for (;;) {
      const job = this.#waiting.find((one) => isHung(one) === isBeside);
      const worker = job && this.#freeWorker(isBeside);
      if (!worker) return;
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      void this.#run(worker, job);
    }
  }

  #freeWorker(isBeside: boolean): HashWorker<Job> | undefined {
    const workers = [...this.#workers];
    const busy = workers.filter(({ job }) => job && isHung(job) === isBeside).length;
    if (busy >= (isBeside ? MOST_BESIDE : this.#onPage ? 1 : this.#size)) return undefined;
    const idle = workers.find(({ job }) => !job);
    if (idle) return idle;
    try {
      if (!this.#onPage) return startHashWorker();
    } catch {
      this.#onPage = true;
    }
    return pageHasher();
  }

  async #run(worker: HashWorker<Job>, job: Job): Promise<void> {
    this.#workers.add(worker);
    worker.job = job;
    const { hang } = job;
    const terms = isHung(job) ? HANG_TERMS : 1;
    const limit = hang && setTimeout(() => this.#setAside(worker, job), terms * hang.afterMs);
    try {
      job.resolve(await worker.hash(job.blob, job.algorithm));
      this.#proven = true;
    } catch (error) {
      // It may have been ended, and its job given to another worker.
      if (!this.#workers.has(worker)) return;
      if (error instanceof DOMException || job.deaths > 1) {
        job.reject(error);
      } else {
        this.#end(worker);
        // A worker that dies before any has done a job was not allowed to start. The second one that
        // dies of the same job may be short of memory: the page reads in smaller steps.
        if (job.deaths++ || !this.#proven) {
          this.#onPage = true;
          this.#stop();
        }
      }
    } finally {
      clearTimeout(limit);
    }
    worker.job = undefined;
    this.#pump();
  }

  /** Reading hangs: it is tried again after the others that hang. */
  #setAside(worker: HashWorker<Job>, job: Job): void {
    // It has been ended: its job was aborted, or given to another worker.
    if (!this.#workers.has(worker)) return;
    job.hang?.onHang();
    this.#workers.delete(worker);
    worker.end();
    this.#waiting.push(job);
    this.#pump();
  }

  #drop(job: Job): void {
    // A read from a network drive or a cloud may hang, and only ending the worker ends it.
    for (const worker of this.#workers) if (worker.job === job) this.#end(worker);
    this.#waiting = this.#waiting.filter((other) => other !== job);
    job.reject(new DOMException('Hashing was aborted', 'AbortError'));
    this.#pump();
  }

  #stop(): void {
    clearTimeout(this.#idle);
    for (const worker of this.#workers) this.#end(worker);
  }

  /** Ends the worker, and puts its job at the head of the line. */
  #end(worker: HashWorker<Job>): void {
    this.#workers.delete(worker);
    worker.end();
    if (worker.job) this.#waiting.unshift(worker.job);
  }
}
