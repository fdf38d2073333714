/** Who is admitted, and everything that the uploads share. */
import type {
  CompleteManyBody,
  CreateAnswer,
  CompleteManyAnswer,
  Created,
  FileEntry,
  Policy,
  Result,
} from '../../worker/protocol.ts';
import { Batch } from './batch.ts';
import type { HashPool } from './checksum/index.ts';
import type { Job } from './job.ts';
import { loadLife, preload, type Life } from './load.ts';
import { Naps } from './naps.ts';
import { Pace } from './pace.ts';
import { Pacer } from './pacer.ts';
import { Queue } from './queue.ts';
import { Rate } from './rate.ts';
import type { Relay } from './relay.ts';
import { Attempts, napMs } from './retry.ts';
import { patienceMs, Signer } from './signer.ts';
import type { UploaderOptions } from './types.ts';
import { can, next, type Awaited, type UploadEvent } from './upload.ts';
import { UploadError } from './errors.ts';

const CONNECTIONS_PER_LANE = 6;
const HEARTBEAT_MS = 250;
const CREATE_WAIT_MS = 1000;
const COMPLETE_WAIT_MS = 4000;

/** What the engine tells the uploader. */
export interface EngineEvents {
  changed(job: Job): void;
  /** May say no: then the file stays queued until `start()`. */
  starting(job: Job): boolean;
}

export class Engine {
  readonly naps = new Naps();
  /** There once something is to be sent. */
  relay: Relay | undefined;
  /** There once something is to be hashed. */
  pool: HashPool | undefined;
  readonly pacer = new Pacer();
  readonly pace = new Pace();
  readonly queue = new Queue();
  readonly signer: Signer;
  /** Of all files together. */
  readonly rate = new Rate();
  readonly creates = new Batch<FileEntry, Created>(
    async (files) =>
      (await this.signer.call<CreateAnswer>('/uploads', { body: { files }, has: 'uploads' }))
        .uploads,
    () => patienceMs(this.options, true),
    CREATE_WAIT_MS,
  );
  readonly completes = new Batch<CompleteManyBody['uploads'][number], Result>(
    async (uploads) =>
      (
        await this.signer.call<CompleteManyAnswer>('/uploads/complete', {
          body: { uploads },
          has: 'uploads',
        })
      ).uploads,
    () => patienceMs(this.options, true),
    COMPLETE_WAIT_MS,
  );
  /** Admitted, and not over. */
  readonly live = new Set<Job>();
  /** Not in a Create yet: the batch waits for them. */
  readonly preparing = new Set<Job>();
  policy: Policy | undefined;
  /** The store has answered something, whatever it was. */
  wasStoreReached = false;
  /** How long a signing call takes, smoothed. */
  roundTripMs = 200;
  readonly #events: EngineEvents;
  #asking: Promise<void> | undefined;
  /** For whom the policy is, and where; another caller or Worker has another. */
  #asked: string | undefined;
  #isStale = false;
  #isPumping = false;
  isClosed = false;
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(options: UploaderOptions, events: EngineEvents) {
    this.#events = events;
    this.signer = new Signer(options, this.naps, () => {
      for (const job of this.policy ? this.live : this.queue.jobs) this.review(job);
    });
  }

  get options(): UploaderOptions {
    return this.signer.options;
  }

  get bytesPerSecond(): number {
    return this.rate.perSecond() ?? 0;
  }

  push(job: Job): void {
    this.queue.push(job);
    // Later it waits for its turn alone.
    if (this.signer.isWaiting && !this.policy) this.review(job);
    this.pump();
  }

  /** Looks at everything once, soon. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#isPumping = false;
      if (!this.isClosed) this.#look();
    });
  }

  /** The one place where a state changes. */
  apply(job: Job, event: UploadEvent): void {
    job.state = next(job.state, event);
    // Other tabs may have it.
    if (!can(job.state, 'cancel')) job.unlock?.();
    this.changed(job);
  }

  changed(job: Job): void {
    this.#events.changed(job);
  }

  /** Waiting is what none of its requests moves for; it goes on by itself. */
  review(job: Job): void {
    if (!can(job.state, 'wait')) return;
    const flights = [...(job.parts?.flights ?? [])];
    let awaited: Awaited | undefined = flights[0]?.resting;
    if (!awaited && this.signer.isWaiting) awaited = navigator.onLine ? 'signer' : 'online';
    if (awaited && flights.every(({ resting }) => resting))
      this.apply(job, { type: 'wait', for: awaited });
    else if (job.state.status === 'waiting') this.apply(job, { type: 'proceed' });
  }

  pause(job: Job): void {
    if (!can(job.state, 'pause')) return;
    this.apply(job, { type: 'pause' });
    job.abort?.abort();
  }

  /** After a pause, or after a failure: from what the store holds. */
  requeue(job: Job): void {
    if (!can(job.state, 'requeue')) return;
    if (job.phase === 'failed') {
      job.setbacks = 0;
      if (!this.policy?.listParts) job.receipts = job.parts?.receipts ?? [];
      if (job.token && !job.isSingle) job.isInDoubt = true;
      // What was to be gone on with still is.
      else if (!job.isInDoubt) job.forget();
    }
    this.apply(job, { type: 'requeue' });
    this.push(job);
  }

  /** Settles when the store has let go of it. */
  async cancel(job: Job): Promise<void> {
    // The store may be putting it together already: it says whether there was something to cancel.
    if (job.phase === 'completing') await job.life;
    if (!can(job.state, 'cancel')) return;
    this.apply(job, { type: 'cancel' });
    job.abort?.abort();
    // Where it cannot be loaded, nothing has been sent either.
    await loadLife().then(
      ({ abandon }) => abandon(this, job),
      () => undefined,
    );
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.#heart);
    for (const job of this.live) {
      job.abort?.abort();
    }
    this.signer.close();
    this.pool?.close();
  }

  #look(): void {
    const { policy, pacer, queue, live: jobs, preparing } = this;
    if (!policy) return queue.isEmpty ? undefined : void this.ask();
    pacer.max = this.options.concurrency ?? policy.lanes * CONNECTIONS_PER_LANE;
    pacer.workerHost = new URL(this.signer.endpoint, globalThis.location?.href).host;
    const fail = (job: Job, error: UploadError) => this.apply(job, { type: 'fail', error });
    for (const job of queue.admit(policy, pacer.limit, this.bytesPerSecond, jobs, fail)) {
      // Only the first time: after a pause or a failure it has been let go already.
      job.isHeld = !job.abort && !this.#events.starting(job);
      // The listener may have paused or cancelled it.
      if (!job.isHeld && can(job.state, 'open')) this.#begin(job, policy);
    }
    if (!preparing.size) this.creates.flush();
    let isMoreToComplete = false;
    for (const job of jobs) {
      job.look?.();
      isMoreToComplete ||= job.isSingle && job.phase !== 'completing';
    }
    if (!isMoreToComplete) this.completes.flush();
    // Rates fall and URLs run out while nothing happens, too.
    if (jobs.size) this.#heart ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  #beat(): void {
    if (!this.live.size) {
      clearInterval(this.#heart);
      this.#heart = undefined;
    }
    for (const job of this.live) {
      this.review(job);
      this.changed(job);
    }
    this.pump();
  }

  #begin(job: Job, policy: Policy): void {
    const { signal } = (job.abort = new AbortController());
    if (!job.token) job.checksum = policy[job.isSingle ? 'singleChecksum' : 'checksum'];
    this.apply(job, { type: 'open' });
    this.live.add(job);
    this.preparing.add(job);
    // A job that was paused a moment ago may still be on its way out.
    job.life = job.life.then(async () => {
      await this.#live(job, signal);
      if (job.abort?.signal !== signal) return;
      this.live.delete(job);
      this.preparing.delete(job);
      this.pump();
    });
  }

  /** Never rejects. */
  async #live(job: Job, signal: AbortSignal): Promise<void> {
    const attempts = new Attempts();
    while (!signal.aborted) {
      let life: Life;
      try {
        life = await loadLife();
      } catch (cause) {
        if (signal.aborted) return;
        const next = attempts.judge({ kind: 'no-answer' }, patienceMs(this.options, false));
        if ('delayMs' in next) {
          await this.naps.take(napMs(next), signal);
          continue;
        }
        const message = 'The rest of the script cannot be loaded: load the page again.';
        const error = new UploadError('signer_unreachable', message, { retryable: true, cause });
        return this.apply(job, { type: 'fail', error });
      }
      return life.live(this, job, signal);
    }
  }

  /**
   * Asks for the policy: early, so that files can be judged when they are added; one that is known
   * only for another caller or Worker, or where it `isOld`.
   */
  ask(isOld = false): Promise<void> {
    if (isOld) this.#asked = undefined;
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  /** The caller or the Worker may be another by now. Until its policy is known the last one holds. */
  reconsider(): void {
    this.#isStale = true;
    if (this.policy || this.#asking) void this.ask();
  }

  async #ask(): Promise<void> {
    preload();
    try {
      do {
        this.#isStale = false;
        const { signer } = this;
        const headers = await signer.headers().catch(() => undefined);
        const caller = signer.endpoint + JSON.stringify(headers);
        if (this.policy && caller === this.#asked) continue;
        const policy = await signer.call<Policy>('/policy', { has: 'batch' });
        if (this.#isStale) continue;
        this.#asked = caller;
        this.policy = policy;
        this.creates.size = Math.min(policy.batch.create, policy.maxFiles ?? Infinity);
        this.completes.size = policy.batch.complete;
      } while (this.#isStale);
      this.pump();
    } catch (error) {
      if (this.isClosed) return;
      for (const job of this.queue.jobs) {
        this.apply(job, { type: 'fail', error: error as UploadError });
      }
    }
  }
}
