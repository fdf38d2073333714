/** The engine's face: files in, snapshots and events out. */
import type { FileAnswer } from '../../worker/protocol.ts';
import type { ListAnswer } from '../../worker/protocol.ts';
import { Engine } from './engine.ts';
import { UploadError } from './errors.ts';
import {
  type UploadEventTarget,
  UploadAddEvent,
  UploadDoneEvent,
  UploadFailedEvent,
  UploadProgressEvent,
  UploadRejectedEvent,
  UploadRemovedEvent,
  UploadSettledEvent,
  UploadStartEvent,
  type UploadEventMap,
} from './events.ts';
import { Guard } from './guard.ts';
import { Job } from './job.ts';
import { loadLife } from './load.ts';
import { judge } from './restrictions.ts';
import { count, nothing, snapshotOf } from './snapshot.ts';
import type {
  FileWithPath,
  Interrupted,
  Rejection,
  Totals,
  Unfinished,
  UploaderLike,
  UploaderOptions,
  UploadSnapshot,
} from './types.ts';
import { isActive } from './upload.ts';

/** In a hidden tab there are no frames; snapshots stay this fresh nevertheless. */
const HIDDEN_FRAME_MS = 250;

/** Overloads in the class itself would ship as code. */
const Target = EventTarget as new () => UploadEventTarget;

// How the DOM's own types tell listeners what event they get: there is nothing to initialise.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Uploader {
  addEventListener<Type extends keyof UploadEventMap>(
    type: Type,
    listener: (event: UploadEventMap[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/**
 * Uploads files, many at once, straight to the bucket; the Worker at `endpoint` signs.
 *
 * @example
 * const uploader = new Uploader({ endpoint: 'https://uploads.example.com' });
 * uploader.addEventListener('upload-done', ({ upload }) => console.log(upload.key));
 * uploader.add(input.files);
 */
export class Uploader extends Target implements UploaderLike {
  readonly #engine: Engine;
  readonly #guard: Guard;
  /** In the order in which they were added. */
  readonly #jobs = new Set<Job>();
  /** By id, former ids included: an upload of before is known by its own id again. */
  readonly #byId = new Map<string, Job>();
  /** The last that was added of each file. */
  readonly #byFile = new Map<string, Job>();
  readonly #dirty = new Set<Job>();
  #uploads: readonly UploadSnapshot[] | undefined;
  readonly #sums = nothing();
  #failedBytes = 0;
  #told: readonly UploadSnapshot[] | undefined;
  #isFrameDue = false;
  #isClosed = false;

  constructor(options: UploaderOptions) {
    super();
    this.#engine = new Engine(options, {
      changed: (job) => this.#changed(job),
      starting: (job) => this.dispatchEvent(new UploadStartEvent(this.#refresh(job))),
    });
    this.#guard = new Guard(this.#engine);
    if (options.eager !== false) void this.#engine.ask();
  }

  get uploads(): readonly UploadSnapshot[] {
    return (this.#uploads ??= Object.freeze(
      [...this.#jobs].map((job) => job.snapshot ?? this.#refresh(job)),
    ));
  }

  get totals(): Totals {
    const { active, bytes, sent } = this.#sums;
    const rate = (active && Math.round(this.#engine.bytesPerSecond)) || undefined;
    const secondsLeft = rate && Math.ceil((bytes - sent) / rate);
    return { ...this.#sums, bytesPerSecond: rate, secondsLeft };
  }

  get checksum() {
    return this.#engine.policy?.checksum;
  }

  configure(options: Partial<UploaderOptions>): void {
    const engine = this.#engine;
    engine.signer.configure({ ...engine.options, ...options });
    engine.reconsider();
    engine.pump();
  }

  add(files: Iterable<File | FileWithPath>): {
    uploads: readonly UploadSnapshot[];
    rejected: readonly Rejection[];
  } {
    const entries: FileWithPath[] = [...files].map((entry) =>
      // Not by `instanceof`: files of another window are of another class.
      'file' in entry ? entry : { file: entry },
    );
    const uploads: UploadSnapshot[] = [];
    const rejected: Rejection[] = [];
    const event = new UploadAddEvent(entries.map(({ file }) => file));
    if (this.#isClosed || !entries.length || !this.dispatchEvent(event))
      return { uploads, rejected };
    const { options, policy } = this.#engine;
    if (!policy) void this.#engine.ask();
    const refusal = judge(options.restrictions ?? {}, policy);
    // Not of each job: files may come one by one, and there may be 20,000.
    let count = this.#sums.files - this.#sums.failed;
    let bytes = this.#sums.bytes - this.#failedBytes;
    for (const entry of entries) {
      const { file } = entry;
      const key = keyOf(entry);
      const same = this.#byFile.get(key)?.phase;
      const error =
        same && same !== 'cancelled' && same !== 'failed'
          ? new UploadError('duplicate', `${file.name} is there already.`, { fileName: file.name })
          : refusal(file, { files: count, bytes });
      if (error) {
        rejected.push({ file, error });
        continue;
      }
      count++;
      bytes += file.size;
      const job = new Job(entry);
      job.isHeld = options.auto === false;
      this.#jobs.add(job);
      this.#byFile.set(key, job);
      uploads.push(this.#refresh(job));
      if (!job.isHeld) this.#engine.push(job);
    }
    if (rejected.length) this.dispatchEvent(new UploadRejectedEvent(rejected));
    this.#engine.pump();
    return { uploads, rejected };
  }

  /**
   * The caller's uploads that wait to be finished, from any device.
   *
   * @throws UploadError when the Worker cannot be asked.
   */
  async unfinished(): Promise<readonly Unfinished[]> {
    const [{ uploads }, entries] = await Promise.all([
      this.#engine.signer.call<ListAnswer>('/uploads?state=open', { has: 'uploads' }),
      loadLife().then(({ recallAll }) => recallAll()),
    ]);
    const handles = new Map([...entries.values()].map(({ id, handle }) => [id, handle]));
    return uploads.map((upload) => ({ ...upload, handle: handles.get(upload.id) }));
  }

  async interrupted(): Promise<readonly Interrupted[]> {
    return (await loadLife()).interrupted(this.#engine, this.#byId);
  }

  async forget(id: string): Promise<void> {
    await (await loadLife()).forget(this.#engine, id);
  }

  start(): void {
    for (const job of this.#jobs) {
      if (!job.isHeld) continue;
      job.isHeld = false;
      this.#engine.push(job);
    }
  }

  pause(id?: string): void {
    this.#each(id, (job) => this.#engine.pause(job));
  }

  resume(id?: string): void {
    this.#each(id, (job) => job.phase === 'paused' && this.#engine.requeue(job));
  }

  retry(id?: string): void {
    this.#each(id, (job) => job.phase === 'failed' && this.#engine.requeue(job));
    this.#engine.naps.wake();
  }

  async cancel(id?: string): Promise<void> {
    const leaving: Promise<void>[] = [];
    this.#each(id, (job) => leaving.push(this.#engine.cancel(job)));
    await Promise.all(leaving);
  }

  async remove(id: string): Promise<void> {
    const job = this.#byId.get(id);
    if (!job || !this.#jobs.delete(job)) return;
    const leaving = this.#engine.cancel(job);
    const upload = snapshotOf(job);
    for (const id of [job.id, ...(job.formerIds ?? [])]) this.#byId.delete(id);
    const key = keyOf(job);
    if (this.#byFile.get(key) === job) this.#byFile.delete(key);
    this.#replace(job.snapshot);
    this.dispatchEvent(new UploadRemovedEvent(upload));
    await leaving;
  }

  clear(): void {
    for (const job of this.#jobs) {
      if (isActive(job.state) || job.phase === 'paused') continue;
      void this.remove(job.id);
    }
  }

  async fileUrl(id: string): Promise<string> {
    return (await this.#engine.signer.call<FileAnswer>(`/uploads/${id}/file`, { has: 'url' })).url;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#engine.close();
    // Also of those that wait, are paused or have failed: whoever comes next may go on with them.
    for (const job of this.#jobs) job.unlock?.();
    this.#guard.close();
  }

  #each(id: string | undefined, act: (job: Job) => unknown): void {
    const jobs = id === undefined ? [...this.#jobs] : [this.#byId.get(id)];
    for (const job of jobs) {
      if (!job) continue;
      act(job);
      this.#refresh(job);
    }
  }

  #changed(job: Job): void {
    if (!this.#jobs.has(job)) return;
    const { state } = job;
    if (
      job.snapshot?.status !== state.status &&
      (state.status === 'done' || state.status === 'failed')
    ) {
      const upload = this.#refresh(job);
      this.dispatchEvent(
        state.status === 'done'
          ? new UploadDoneEvent(upload)
          : new UploadFailedEvent(upload, state.error),
      );
    }
    this.#dirty.add(job);
    this.#schedule();
  }

  /** Makes the job's snapshot anew, if something in it is new. */
  #refresh(job: Job): UploadSnapshot {
    const last = job.snapshot;
    const upload = snapshotOf(job);
    if (upload === last || !this.#jobs.has(job)) return upload;
    job.snapshot = upload;
    if (last && last.id !== job.id) (job.formerIds ??= []).push(last.id);
    this.#byId.set(job.id, job);
    this.#replace(last, upload);
    return upload;
  }

  #replace(from?: UploadSnapshot, to?: UploadSnapshot): void {
    const wasBusy = this.#sums.active > 0;
    count(this.#sums, from, -1);
    count(this.#sums, to, 1);
    if (from?.status === 'failed') this.#failedBytes -= from.bytes;
    if (to?.status === 'failed') this.#failedBytes += to.bytes;
    this.#uploads = undefined;
    const isBusy = this.#sums.active > 0;
    this.#schedule();
    if (wasBusy === isBusy) return;
    this.#guard.busy(isBusy);
    queueMicrotask(() => {
      if (!isBusy && !this.#sums.active) this.dispatchEvent(new UploadSettledEvent(this.uploads));
    });
  }

  /** Tells of progress with the next frame. */
  #schedule(): void {
    if (this.#isFrameDue || this.#isClosed) return;
    this.#isFrameDue = true;
    const frame = () => {
      clearTimeout(timer);
      if (!this.#isFrameDue) return;
      this.#isFrameDue = false;
      for (const job of this.#dirty) this.#refresh(job);
      this.#dirty.clear();
      if (this.#told !== this.uploads) {
        this.#told = this.uploads;
        this.dispatchEvent(new UploadProgressEvent(this.uploads));
      }
      this.#isFrameDue = false;
    };
    const timer = setTimeout(frame, HIDDEN_FRAME_MS);
    globalThis.requestAnimationFrame?.(frame);
  }
}

function keyOf({ file, path = file.name }: FileWithPath): string {
  return `${path}\n${file.size}\n${file.lastModified}\n${file.type}`;
}
