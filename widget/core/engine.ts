/** The loop: lets files in, and keeps their parts moving through hash, sign, send and store. */
import type {
  CompleteManyBody,
  Created,
  FileEntry,
  Policy,
  Result,
} from '../../worker/protocol.ts';
import { Batch } from './batch.ts';
import { HashPool } from './checksum/index.ts';
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';
import { abandon, live } from './life.ts';
import { Naps } from './naps.ts';
import { Pacer } from './pacer.ts';
import { Queue } from './queue.ts';
import { Rate } from './rate.ts';
import { sendPart } from './sender.ts';
import { Signer } from './signer.ts';
import { hashAhead, signAhead } from './stations.ts';
import type { UploaderOptions } from './types.ts';
import { can, next, type Awaited, type UploadEvent } from './upload.ts';

/** Connections that a browser opens to one host on HTTP/1.1. */
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
  readonly signer: Signer;
  readonly pool = new HashPool();
  readonly queue = new Queue();
  readonly pacer = new Pacer();
  /** Of all files together. */
  readonly rate = new Rate(performance.now());
  readonly creates: Batch<FileEntry, Created>;
  readonly completes: Batch<CompleteManyBody['uploads'][number], Result>;
  /** Admitted, and not over. */
  readonly live = new Set<Job>();
  /** Not in a Create yet: the batch waits for them. */
  readonly preparing = new Set<Job>();
  /** With parts to send. */
  readonly sending = new Map<Job, AbortSignal>();
  options: UploaderOptions;
  policy: Policy | undefined;
  /** The store has answered something, whatever it was. */
  wasStoreReached = false;
  readonly #events: EngineEvents;
  #turns = 0;
  #isAsking = false;
  #isPumping = false;
  #isClosed = false;
  #signerWaits = false;
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(options: UploaderOptions, events: EngineEvents) {
    this.options = options;
    this.#events = events;
    this.signer = new Signer(options, this.naps);
    this.signer.onWaiting = (waits) => {
      this.#signerWaits = waits;
      for (const job of this.policy ? this.live : this.queue.jobs) this.review(job);
    };
    this.creates = new Batch(1, CREATE_WAIT_MS, (files) => this.signer.create(files));
    this.completes = new Batch(1, COMPLETE_WAIT_MS, (list) => this.signer.completeMany(list));
  }

  get bytesPerSecond(): number {
    return this.rate.perSecond(performance.now()) ?? 0;
  }

  push(job: Job): void {
    this.queue.push(job);
    this.pump();
  }

  /** Looks at everything once, soon. */
  pump(): void {
    if (this.#isPumping || this.#isClosed) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#isPumping = false;
      if (!this.#isClosed) this.#turn();
    });
  }

  /** The one place where a state changes. */
  apply(job: Job, event: UploadEvent): void {
    job.state = next(job.state, event);
    if (job.phase === 'done' || job.phase === 'cancelled') this.release(job);
    this.#events.changed(job);
  }

  changed(job: Job): void {
    this.#events.changed(job);
  }

  rename(job: Job, id: string): void {
    job.id = id;
    this.#events.changed(job);
  }

  /** Other tabs may have it. */
  release(job: Job): void {
    job.unlock?.();
    job.unlock = undefined;
  }

  /** Waiting is what none of its requests moves for; it goes on by itself. */
  review(job: Job): void {
    if (!can(job.state, 'wait')) return;
    const flights = [...(job.parts?.flying.values() ?? [])];
    const isMoving = flights.some(({ resting }) => !resting);
    let awaited: Awaited | undefined = flights[0]?.resting;
    if (!awaited && this.#signerWaits) awaited = navigator.onLine ? 'signer' : 'online';
    if (awaited && !isMoving) this.apply(job, { type: 'wait', for: awaited });
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
      if (job.parts && !this.policy?.listParts) job.receipts = job.parts.receipts;
      if (job.token && !job.isSingle) job.isInDoubt = true;
      else job.forget();
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
    await abandon(this, job);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heart);
    for (const job of this.live) {
      job.abort?.abort();
      this.release(job);
    }
    this.signer.close();
    this.pool.close();
  }

  #turn(): void {
    const { policy, pacer, live: jobs, sending, queue } = this;
    if (!policy) return this.#ask();
    pacer.max = this.options.concurrency ?? policy.lanes * CONNECTIONS_PER_LANE;
    const { limit } = pacer;
    const outlook = { policy, limit, bytesPerSecond: this.bytesPerSecond, live: jobs };
    for (const job of queue.admit(outlook, (job, error) =>
      this.apply(job, { type: 'fail', error }),
    )) {
      if (this.#events.starting(job)) this.#begin(job, policy);
      else job.isHeld = true;
    }
    if (!this.preparing.size) this.creates.flush();
    for (const [job, signal] of sending) {
      hashAhead(this, job, signal);
      signAhead(this, job, signal);
    }
    while (pacer.hasRoom) {
      const job = queue.next(sending.keys());
      const signal = job && sending.get(job);
      if (!signal) break;
      job.servedAt = ++this.#turns;
      void sendPart(this, job, signal);
    }
    if (![...jobs].some((job) => job.isSingle && job.phase !== 'completing'))
      this.completes.flush();
    this.#beat(jobs.size > 0);
  }

  #begin(job: Job, policy: Policy): void {
    const { signal } = (job.abort = new AbortController());
    if (!job.token) job.checksum = policy.checksum;
    this.apply(job, { type: 'open' });
    this.live.add(job);
    this.preparing.add(job);
    // A job that was paused a moment ago may still be on its way out.
    job.life = job.life
      .then(() => live(this, job, signal))
      .finally(() => {
        if (job.abort?.signal !== signal) return;
        this.live.delete(job);
        this.preparing.delete(job);
        this.pump();
      });
  }

  #ask(): void {
    if (this.#isAsking || !this.queue.jobs.length) return;
    this.#isAsking = true;
    this.signer
      .policy()
      .then(
        (policy) => {
          this.policy = policy;
          this.creates.size = policy.batch.create;
          this.completes.size = policy.batch.complete;
        },
        (error: unknown) => {
          if (!(error instanceof UploadError)) return;
          for (const job of this.queue.jobs) this.apply(job, { type: 'fail', error });
        },
      )
      .finally(() => {
        this.#isAsking = false;
        this.pump();
      });
  }

  /** Rates fall and URLs run out while nothing happens, too. */
  #beat(isBusy: boolean): void {
    if (isBusy === (this.#heart !== undefined)) return;
    clearInterval(this.#heart);
    this.#heart = undefined;
    if (!isBusy) return;
    this.#heart = setInterval(() => {
      for (const job of this.live) this.changed(job);
      this.pump();
    }, HEARTBEAT_MS);
  }
}
