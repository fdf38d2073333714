/** Decides which upload runs next, and implements what all uploads share. */
import type { Policy, StoredPart } from '../../../worker/protocol.ts';
import { WorkerClient } from '../api/worker-client.ts';
import type { UploadError } from '../errors.ts';
import { Backoff } from '../faults/backoff.ts';
import { tellDeveloper } from '../faults/tell-developer.ts';
import { createSending, type Sending } from '../sending/index.ts';
import { termsFor } from '../sending/part/terms.ts';
import type { Services } from '../services.ts';
import type { UploaderOptions, WaitReason } from '../types.ts';
import { Estimate, type Forecast } from '../upload/estimate.ts';
import { can, next, type UploadEvent } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import { Rate } from '../util/rate.ts';
import { PageGuard } from './page-guard.ts';
import { PolicySource } from './policy.ts';
import { Queue } from './queue.ts';
import { reportAccept } from './report-accept.ts';
import { Turns } from './turns.ts';
import { UndoTimes } from './undo-times.ts';

const HEARTBEAT_MS = 250;

/** What the scheduler reports to the uploader. */
export interface SchedulerEvents {
  changed(upload: Upload): void;
  /** Returns false if the upload must wait for `start()`. */
  starting(upload: Upload): boolean;
  /** The validators refuse the upload. */
  refused(upload: Upload, error: UploadError): void;
}

/** What an upload waits for before it may join the queue. */
interface Check {
  readonly verdict: Promise<UploadError | undefined>;
  /** Tells the validators that nobody waits any more. */
  readonly abort: AbortController;
  /** The upload had failed before, and its file was added again. */
  readonly isRetry: boolean;
}

/** An upload that was admitted, until it has ended or left. */
interface Run {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class Scheduler implements Services {
  readonly worker: WorkerClient;
  readonly backoff = new Backoff();
  readonly rate = new Rate();
  /** Sends the uploads whose turn has come. */
  readonly sending: Sending;
  /** Times in which cancelled uploads can be brought back. */
  readonly undoTimes: UndoTimes;
  readonly guard: PageGuard;
  isClosed = false;
  readonly #events: SchedulerEvents;
  readonly #policies: PolicySource;
  readonly #queue = new Queue((upload, policy) => this.#setTerms(upload, policy));
  readonly #runs = new Map<Upload, Run>();
  readonly #checks = new Map<Upload, Check>();
  readonly #turns = new Turns(() => this.#takeTurn());
  readonly #estimate = new Estimate();
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(options: UploaderOptions, events: SchedulerEvents) {
    this.#events = events;
    reportAccept(options);
    this.worker = new WorkerClient(options, this.backoff, () => {
      const uploads = this.policy ? this.#runs.keys() : this.#queue.uploads;
      for (const upload of uploads) this.reviewWaiting(upload);
    });
    this.#policies = new PolicySource(this.worker);
    this.sending = createSending(this);
    this.guard = new PageGuard({
      onOnline: () => this.backoff.wake(),
      isWakeLockWanted: () => this.options.wakeLock !== false,
    });
    this.undoTimes = new UndoTimes((upload) => this.sending.note(upload));
  }

  get options(): UploaderOptions {
    return this.worker.options;
  }

  get policy(): Policy | undefined {
    return this.#policies.current;
  }

  /** Puts an upload into the queue. */
  start(upload: Upload): void {
    this.#queue.push(upload);
    // Once the policy is known, a queued upload waits only for its turn.
    if (this.worker.waitReason && !this.policy) this.reviewWaiting(upload);
    this.requestTurn();
  }

  /** Ends what the upload does. Its state has been changed before, and says what becomes of it. */
  stop(upload: Upload): void {
    this.#runs.get(upload)?.abort.abort();
    if (upload.phase === 'cancelled') this.#checks.get(upload)?.abort.abort();
  }

  /** Puts an upload into the queue once its validators have nothing against it. Never rejects. */
  async check(upload: Upload, check: Check): Promise<void> {
    this.#checks.set(upload, check);
    if (this.isClosed || !can(upload.state, 'admit')) check.abort.abort();
    const error = await check.verdict;
    this.#checks.delete(upload);
    if (this.isClosed || !can(upload.state, 'admit')) return;
    if (error && check.isRetry && can(upload.state, 'fail')) return this.#fail(upload, error);
    if (error) return this.#events.refused(upload, error);
    this.apply(upload, { type: 'admit', isAutomatic: this.options.auto !== false });
    if (can(upload.state, 'open')) this.start(upload);
  }

  /** Waits for the outcome of an upload that is being withdrawn. */
  async settle(upload: Upload): Promise<void> {
    this.reviewWaiting(upload);
    await this.#runs.get(upload)?.ended;
  }

  /** Parts that the page knows to be stored, where the Worker cannot ask the store for them. */
  receiptsOf({ standing, parts }: Upload): readonly StoredPart[] {
    const known = standing.kind === 'unconfirmed' ? standing.receipts : parts?.receipts;
    return (!this.policy?.listParts && known) || [];
  }

  /** Rate and time left of all uploads: `isMoving` if bytes are meant to move, `pending` of which have to. */
  forecast(isMoving: boolean, pending: number): Forecast {
    if (isMoving) return this.#estimate.look(this.rate.total, pending);
    this.#estimate.rest();
    return {};
  }

  configure(options: UploaderOptions): void {
    this.worker.configure(options);
    reportAccept(options);
    if (this.#policies.markStale()) void this.askPolicy();
    this.requestTurn();
  }

  /** Asks for the policy early, so that files can be judged when they are added. Never rejects. */
  async askPolicy(): Promise<void> {
    try {
      await this.#policies.ask();
      this.requestTurn();
    } catch (error) {
      if (this.isClosed) return;
      for (const upload of this.#queue.uploads) this.#fail(upload, error as UploadError);
    }
  }

  async refreshPolicy(): Promise<void> {
    await this.#policies.refresh().catch(() => undefined);
  }

  callerKey(): Promise<string | undefined> {
    return this.#policies.callerKey();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.#heartbeat);
    for (const { abort } of [...this.#runs.values(), ...this.#checks.values()]) abort.abort();
    this.undoTimes.close();
    this.guard.close();
    this.worker.close();
    this.#turns.close();
    this.sending.close();
  }

  apply(upload: Upload, event: UploadEvent): void {
    upload.become(next(upload.state, event));
    if (event.type === 'fail') tellDeveloper(event.error);
    this.changed(upload);
  }

  changed(upload: Upload): void {
    this.#events.changed(upload);
  }

  running(): Iterable<Upload> {
    return this.#runs.keys();
  }

  pending(): readonly Upload[] {
    return [...this.#runs.keys(), ...this.#queue.uploads];
  }

  onTurn(listener: () => void): () => void {
    return this.#turns.listen(listener);
  }

  requestTurn(): void {
    this.#turns.request();
  }

  /** An upload waits while none of its requests moves, or while the line stands still. */
  reviewWaiting(upload: Upload): void {
    if (!can(upload.state, 'wait')) return;
    const { progress } = upload.state;
    const before = 'waitingFor' in progress ? progress.waitingFor : undefined;
    const reason = this.#waitReason(upload);
    // The answer does not come soon: what becomes of the upload is asked when it is aborted.
    if (upload.phase === 'withdrawing' && reason) this.#runs.get(upload)?.abort.abort();
    if (reason === before) return;
    this.apply(upload, reason ? { type: 'wait', for: reason } : { type: 'proceed' });
  }

  #waitReason({ parts, state }: Upload): WaitReason | undefined {
    const flights = [...(parts?.flights ?? [])];
    const isOnline = navigator.onLine;
    if (!flights.every(({ waitingFor }) => waitingFor)) {
      return parts?.isStalled ? (isOnline ? 'line' : 'online') : undefined;
    }
    if (state.hungReads > 0) return 'file';
    return flights[0]?.waitingFor ?? this.worker.waitReason;
  }

  #takeTurn(): void {
    const { policy } = this;
    const queue = this.#queue;
    if (!policy) return queue.isEmpty ? undefined : void this.askPolicy();
    const running = {
      uploads: this.#runs.keys(),
      limit: this.sending.limit,
      bytesPerSecond: this.rate.perSecond() ?? 0,
    };
    for (const upload of queue.admit(policy, running)) this.#admit(upload, policy);
    this.#turns.notify();
    // Rates fall and signatures expire even while no request moves.
    if (this.#runs.size > 0) this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  #beat(): void {
    if (this.#runs.size === 0) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    }
    for (const upload of this.#runs.keys()) {
      upload.parts?.beat();
      this.reviewWaiting(upload);
      this.changed(upload);
    }
    this.requestTurn();
  }

  #admit(upload: Upload, policy: Policy): void {
    if (!upload.state.wasStarted && !this.#events.starting(upload)) {
      // The listener may have paused or cancelled it.
      if (can(upload.state, 'hold')) this.apply(upload, { type: 'hold' });
      return;
    }
    if (!can(upload.state, 'open') || !this.#setTerms(upload, policy)) return;
    this.apply(upload, { type: 'open' });
    const abort = new AbortController();
    // An upload that was paused a moment ago may still be on its way out.
    const before = this.#runs.get(upload)?.ended;
    const ended = this.#run(upload, abort.signal, before);
    this.#runs.set(upload, { abort, ended });
    void ended.then(() => {
      if (this.#runs.get(upload)?.abort === abort) this.#runs.delete(upload);
      this.requestTurn();
    });
  }

  /** Never rejects. */
  async #run(upload: Upload, signal: AbortSignal, before: Promise<void> | undefined) {
    await before;
    if (!signal.aborted) await this.sending.run(upload, signal);
  }

  /** Gives the upload the policy's terms, unless others are agreed with the Worker. False if it fails. */
  #setTerms(upload: Upload, policy: Policy): boolean {
    if (upload.token !== undefined || !can(upload.state, 'expect')) return true;
    try {
      // Not reported: no snapshot shows it, and there may be 20,000 uploads.
      const terms = termsFor(upload.file, policy);
      upload.become(next(upload.state, { type: 'expect', terms }));
      return true;
    } catch (error) {
      this.#fail(upload, error as UploadError);
      return false;
    }
  }

  #fail(upload: Upload, error: UploadError): void {
    this.apply(upload, { type: 'fail', error });
  }
}
