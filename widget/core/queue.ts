/** Which file is opened next. */
import { planFor, type Policy } from '../../worker/protocol.ts';
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';

/** Large files at work at once; more would only make all of them late. */
const LARGE_AT_ONCE = 3;
/** What may be hashed and signed ahead of the line before its speed is known. */
const LEAST_AHEAD_BYTES = 2 ** 26;
const AHEAD_SECONDS = 60;

export class Queue {
  #fresh = new Set<Job>();
  readonly #small = new Set<Job>();
  readonly #large = new Set<Job>();

  push(job: Job): void {
    this.#fresh.add(job);
  }

  get isEmpty(): boolean {
    return !(this.#fresh.size || this.#small.size || this.#large.size);
  }

  get jobs(): readonly Job[] {
    return [...this.#fresh, ...this.#small, ...this.#large].filter(isWaiting);
  }

  /**
   * Jobs whose turn it is to be opened, beside those that are `live`. Small files come in rounds of
   * one Create each, and never more bytes than the line needs in a minute; large ones a few at a
   * time, beside them.
   */
  admit(
    policy: Policy,
    limit: number,
    bytesPerSecond: number,
    live: Iterable<Job>,
    fail: (job: Job, error: UploadError) => void,
  ): Job[] {
    this.#sort(policy, fail);
    const admitted: Job[] = [];
    const round = Math.min(policy.batch.create, policy.maxFiles ?? Infinity);
    const budget = Math.max(LEAST_AHEAD_BYTES, bytesPerSecond * AHEAD_SECONDS);
    let small = 0;
    let smallBytes = 0;
    let large = 0;
    for (const { isSingle, parts, file } of live) {
      const unsent = parts ? parts.unsent : Infinity;
      if (isSingle && unsent) {
        small++;
        smallBytes += file.size;
      } else if (!isSingle && unsent > limit / 2) large++;
    }
    if (small < 2 * limit || (small < round / 2 && smallBytes < budget / 2)) {
      for (let bytes = 0; admitted.length < round && bytes < budget;) {
        const job = take(this.#small);
        if (!job) break;
        bytes += job.file.size;
        admitted.push(job);
      }
    }
    for (; large < LARGE_AT_ONCE; large++) {
      const job = take(this.#large);
      if (job) admitted.push(job);
    }
    return admitted;
  }

  #sort(policy: Policy, fail: (job: Job, error: UploadError) => void): void {
    const fresh = this.#fresh;
    this.#fresh = new Set();
    for (const job of fresh) {
      try {
        // What was agreed with the Worker holds, whatever the policy says by now.
        if (!job.token) job.plan = planFor(job.file.size, policy.plan);
        (job.isSingle ? this.#small : this.#large).add(job);
      } catch (cause) {
        const { name } = job.file;
        const error = new UploadError('too_large', `${name} is larger than the store takes.`, {
          cause,
          fileName: name,
        });
        if (isWaiting(job)) fail(job, error);
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
