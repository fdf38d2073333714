/** Which file is opened next, and which part of which file is sent next. */
import { planFor, type Policy } from '../../worker/protocol.ts';
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';

const MIB = 2 ** 20;
/** Large files at work at once; more would only make all of them late. */
const LARGE_AT_ONCE = 3;
/** What may be hashed and signed ahead of the line before its speed is known. */
const LEAST_AHEAD_BYTES = 64 * MIB;
const AHEAD_SECONDS = 60;

export interface Outlook {
  readonly policy: Policy;
  /** Requests in flight at most. */
  readonly limit: number;
  readonly bytesPerSecond: number;
  /** Jobs that have been admitted and are not over. */
  readonly live: ReadonlySet<Job>;
}

export class Queue {
  #fresh = new Set<Job>();
  readonly #small = new Set<Job>();
  readonly #large = new Set<Job>();

  push(job: Job): void {
    this.#fresh.add(job);
  }

  get jobs(): readonly Job[] {
    return [...this.#fresh, ...this.#small, ...this.#large].filter(isWaiting);
  }

  /**
   * Jobs whose turn it is to be opened. Small files come in rounds of one Create each, and never
   * more bytes than the line needs in a minute; large ones a few at a time, beside them.
   */
  admit(
    { policy, limit, bytesPerSecond, live }: Outlook,
    fail: (job: Job, error: UploadError) => void,
  ): Job[] {
    this.#sort(policy, fail);
    const admitted: Job[] = [];
    const budget = Math.max(LEAST_AHEAD_BYTES, bytesPerSecond * AHEAD_SECONDS);
    let small = 0;
    let smallBytes = 0;
    let large = 0;
    for (const { isSingle, parts, file } of live) {
      const unsent = parts ? parts.unsent : Infinity;
      if (!isSingle && unsent > limit / 2) large++;
      if (!isSingle || !unsent) continue;
      small++;
      smallBytes += file.size;
    }
    if (small < 2 * limit || (small < policy.batch.create / 2 && smallBytes < budget / 2)) {
      for (let round = 0, bytes = 0; round < policy.batch.create && bytes < budget; round++) {
        const job = take(this.#small);
        if (!job) break;
        bytes += job.file.size;
        admitted.push(job);
      }
    }
    for (; large < LARGE_AT_ONCE; large++) {
      const job = take(this.#large);
      if (!job) break;
      admitted.push(job);
    }
    return admitted;
  }

  /** Whose turn it is to send: the file with the fewest requests out, then the longest unserved. */
  next(sending: Iterable<Job>): Job | undefined {
    let best: Job | undefined;
    let bestFlying = 0;
    for (const job of sending) {
      if (!job.parts?.signed.size) continue;
      const flying = job.parts.flying.size;
      if (best && (flying > bestFlying || (flying === bestFlying && job.servedAt >= best.servedAt)))
        continue;
      best = job;
      bestFlying = flying;
    }
    return best;
  }

  #sort(policy: Policy, fail: (job: Job, error: UploadError) => void): void {
    const fresh = this.#fresh;
    this.#fresh = new Set();
    for (const job of fresh) {
      try {
        job.plan = planFor(job.file.size, policy.plan);
        (job.isSingle ? this.#small : this.#large).add(job);
      } catch (cause) {
        const message = `${job.file.name} is larger than the store takes.`;
        fail(job, new UploadError('too_large', message, { cause, fileName: job.file.name }));
      }
    }
  }
}

/** A job that was paused, cancelled or admitted meanwhile has left; its place is skipped. */
function isWaiting(job: Job): boolean {
  return job.phase === 'queued' && !job.isHeld;
}

function take(jobs: Set<Job>): Job | undefined {
  for (const job of jobs) {
    jobs.delete(job);
    if (isWaiting(job)) return job;
  }
  return undefined;
}
