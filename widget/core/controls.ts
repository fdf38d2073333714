/** What the page can do with uploads. It shows at once, and is acted upon once the scheduler is loaded. */
import type { Policy } from '../../worker/protocol.ts';
import { UploadError } from './errors.ts';
import { loadScheduler, type Scheduler } from './load-scheduler.ts';
import { patienceMs } from './options.ts';
import type { FileWithPath, UploaderOptions } from './types.ts';
import type { Forecast } from './upload/estimate.ts';
import type { UploadList } from './upload/list.ts';
import { canInPage } from './upload/page-events.ts';
import type { PageEvent } from './upload/rules/events.ts';
import type { Upload } from './upload/upload.ts';
import { lazy } from './util/lazy.ts';

/** How long to wait after a failed attempt to load the scheduler. */
const RELOAD_MS = 2000;

/** The uploader, as far as it is told of its uploads. */
export interface ControlsHost {
  uploads(): readonly Upload[];
  changed(upload: Upload): void;
  /** Returns false if the upload must wait for `start()`. */
  starting(upload: Upload): boolean;
  /** The validators refuse the upload. */
  refused(upload: Upload, error: UploadError): void;
}

/** A check of an upload that is under way. */
export type Check = Parameters<Scheduler['check']>[1];

export class Controls {
  options: UploaderOptions;
  readonly #host: ControlsHost;
  readonly #loadScheduler: typeof loadScheduler;
  #scheduler: Scheduler | undefined;
  #loading: Promise<Scheduler | undefined> | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(options: UploaderOptions, host: ControlsHost, load = loadScheduler) {
    this.options = options;
    this.#host = host;
    this.#loadScheduler = load;
  }

  /** Undefined until the Worker has answered. */
  get policy(): Policy | undefined {
    return this.#scheduler?.policy;
  }

  /** Rate and time left of all uploads together. */
  forecast({ isWorking, sums }: Pick<UploadList, 'isWorking' | 'sums'>): Forecast {
    return this.#scheduler?.forecast(isWorking, sums.pending) ?? {};
  }

  configure(options: Partial<UploaderOptions>): void {
    this.options = { ...this.options, ...options };
    this.#scheduler?.configure(this.options);
  }

  /** The scheduler, made when it is first needed. @throws TypeError if it cannot be loaded. */
  readonly load = lazy(async () => {
    const { Scheduler } = await this.#loadScheduler();
    const scheduler = new Scheduler(this.options, this.#host);
    this.#scheduler = scheduler;
    scheduler.guard.setBusy(this.#isBusy);
    if (this.#isClosed) scheduler.close();
    for (const upload of this.#queued()) {
      // What it waited for was the scheduler.
      if ('waitingFor' in upload.state.progress) this.apply(upload, { type: 'proceed' });
      scheduler.start(upload);
    }
    return scheduler;
  });

  /** Has the queued uploads sent, and asks for the policy, by which files are judged. Never rejects. */
  async prepare(): Promise<void> {
    await (await this.#loaded())?.askPolicy();
  }

  /** The scheduler, or undefined if it cannot be loaded in time. */
  #loaded(): Promise<Scheduler | undefined> {
    return (this.#loading ??= this.#loadEventually().finally(() => (this.#loading = undefined)));
  }

  /** An upload has been queued. */
  start(upload: Upload): void {
    if (this.#scheduler) this.#scheduler.start(upload);
    // Once for all of them, because there may be 20,000 uploads.
    else if (!this.#loading) void this.prepare();
  }

  pause(upload: Upload): void {
    if (!canInPage(upload.state, 'pause')) return;
    this.apply(upload, { type: 'pause' });
    this.#scheduler?.stop(upload);
  }

  resume(upload: Upload): void {
    if (!canInPage(upload.state, 'resume')) return;
    this.apply(upload, { type: 'resume' });
    if (upload.phase === 'queued') this.start(upload);
  }

  /**
   * Starts a failed upload again, from what the store holds; `source` is its file, added again, which may
   * have to be checked before (`isChecking`).
   */
  retry(upload: Upload, source?: FileWithPath, isChecking = false): void {
    if (!canInPage(upload.state, 'retry')) return;
    const receipts = this.#scheduler?.receiptsOf(upload) ?? [];
    if (source) this.#scheduler?.sending.forgetFile(upload);
    this.apply(upload, { type: 'retry', receipts, source, isChecking });
    if (!isChecking) this.start(upload);
  }

  /** Waits for the verdict on an upload that is being checked. Never rejects. */
  async check(upload: Upload, check: Check): Promise<void> {
    const scheduler = await this.#loaded();
    if (scheduler) await scheduler.check(upload, check);
    else if (canInPage(upload.state, 'fail'))
      this.apply(upload, { type: 'fail', error: loadError() });
  }

  /** Brings back an upload that was cancelled a moment ago. */
  undo(upload: Upload): void {
    if (!canInPage(upload.state, 'undo')) return;
    this.apply(upload, { type: 'undo' });
    this.#scheduler?.undoTimes.end(upload);
    if (upload.phase === 'queued') this.start(upload);
  }

  /**
   * Resolves with true when the upload is aborted on the store. If it was brought back within `undoMs`,
   * it resolves with false.
   */
  async cancel(upload: Upload, undoMs = 0): Promise<boolean> {
    if (undoMs > 0 && upload.phase === 'undoable') return false;
    // The store may be assembling it already; only the outcome tells whether it can be cancelled.
    if (canInPage(upload.state, 'withdraw')) this.apply(upload, { type: 'withdraw' });
    if (upload.phase === 'withdrawing') await this.#scheduler?.settle(upload);
    if (undoMs > 0 && canInPage(upload.state, 'discard')) {
      this.apply(upload, { type: 'discard', undoUntilMs: Date.now() + undoMs });
      this.#scheduler?.stop(upload);
      await (await this.#loaded())?.undoTimes.pass(upload, undoMs);
      if (canInPage(upload.state, 'discard')) return false;
    }
    if (!canInPage(upload.state, 'cancel')) return true;
    this.apply(upload, { type: 'cancel' });
    this.#scheduler?.stop(upload);
    // If that cannot be loaded, nothing has been sent that would have to be aborted.
    const scheduler = await this.load().catch(() => undefined);
    await scheduler?.sending.abandon(upload);
    return true;
  }

  /** Uploads have begun, or the last one is over. */
  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#scheduler?.guard.setBusy(isBusy);
  }

  /** Tries again at once what waits for its next attempt. */
  wake(): void {
    this.#scheduler?.backoff.wake();
  }

  apply(upload: Upload, event: PageEvent): void {
    upload.apply(event);
    this.#host.changed(upload);
  }

  close(): void {
    this.#isClosed = true;
    this.#scheduler?.close();
  }

  #queued(): readonly Upload[] {
    return this.#host.uploads().filter(({ phase }) => phase === 'queued');
  }

  /** Tries to load the scheduler until patience ends, which it does not while the page is offline. */
  async #loadEventually(): Promise<Scheduler | undefined> {
    let since = performance.now();
    while (!this.#isClosed) {
      try {
        return await this.load();
      } catch (cause) {
        const now = performance.now();
        if (!navigator.onLine) since = now;
        const isOver = now - since > patienceMs(this.options, false);
        for (const upload of this.#queued()) {
          this.apply(
            upload,
            isOver
              ? { type: 'fail', error: loadError(cause) }
              : { type: 'wait', for: navigator.onLine ? 'signer' : 'online' },
          );
        }
        if (isOver) break;
        await new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
      }
    }
    return undefined;
  }
}

function loadError(cause?: unknown): UploadError {
  const message = 'Could not load the upload code. Reload the page.';
  return new UploadError('signer_unreachable', message, { retryable: true, cause });
}
