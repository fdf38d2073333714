/** The engine's face: files in, snapshots and events out. */
import { Controls } from './controls.ts';
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
} from './events.ts';
import { assertOptions } from './options.ts';
import { PageGuard } from './page-guard.ts';
import { judge, type Present } from './restrictions.ts';
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
import { Failures } from './upload/failures.ts';
import { UploadList } from './upload/list.ts';
import { snapshotOf } from './upload/snapshot.ts';
import { isActive } from './upload/state.ts';
import { Upload } from './upload/upload.ts';
import { oncePerFrame } from './util/frame.ts';
import { isUploadId } from '../../worker/protocol/id.ts';

/** Overloads in the class itself would ship as code. */
const Target = EventTarget as new () => UploadEventTarget;

/**
 * Uploads files, many at once, straight to the bucket; the Worker at `endpoint` signs.
 *
 * @example
 * const uploader = new Uploader({ endpoint: 'https://uploads.example.com' });
 * uploader.addEventListener('upload-done', ({ upload }) => console.log(upload.key));
 * uploader.add(input.files);
 */
export class Uploader extends Target implements UploaderLike {
  readonly #controls: Controls;
  readonly #guard: PageGuard;
  readonly #list = new UploadList();
  /** Uploads that the next frame looks at. */
  readonly #changed = new Set<Upload>();
  /** The snapshots of the last `upload-progress`. */
  #reported: readonly UploadSnapshot[] | undefined;
  readonly #scheduleReport = oncePerFrame(() => this.#report());
  #isClosed = false;

  constructor(options: UploaderOptions) {
    super();
    assertOptions(options);
    this.#controls = new Controls(options, {
      uploads: () => this.#list.uploads,
      changed: (upload) => this.#onChange(upload),
      starting: (upload) => this.dispatchEvent(new UploadStartEvent(this.#refresh(upload))),
    });
    this.#guard = new PageGuard({
      onOnline: () => this.#controls.wake(),
      isWakeLockWanted: () => this.#controls.options.wakeLock !== false,
    });
    if (options.eager !== false) void this.#controls.prepare();
  }

  get uploads(): readonly UploadSnapshot[] {
    return this.#list.snapshots;
  }

  get totals(): Totals {
    return { ...this.#list.sums, ...this.#controls.forecast(this.#list) };
  }

  get checksum() {
    return this.#controls.policy?.checksum;
  }

  configure(options: Partial<UploaderOptions>): void {
    assertOptions(options);
    this.#controls.configure(options);
  }

  add(files: Iterable<File | FileWithPath>): {
    uploads: readonly UploadSnapshot[];
    rejected: readonly Rejection[];
  } {
    const entries: FileWithPath[] = [...files].map((entry) =>
      // Not `instanceof`: the files of another window are of another class.
      'file' in entry ? entry : { file: entry },
    );
    const uploads: UploadSnapshot[] = [];
    const rejected: Rejection[] = [];
    const event = new UploadAddEvent(entries.map(({ file }) => file));
    if (this.#isClosed || entries.length === 0 || !this.dispatchEvent(event)) {
      return { uploads, rejected };
    }
    const controls = this.#controls;
    const { options, policy } = controls;
    if (!policy) void controls.prepare();
    const refusal = judge(options.restrictions ?? {}, policy);
    // Counted here and not in the list, because there may be 20,000 files.
    const { sums, failedBytes } = this.#list;
    const failures = new Failures(sums.failed > 0 ? this.#list.uploads : []);
    const present = { files: sums.files - sums.failed, bytes: sums.bytes - failedBytes };
    for (const entry of entries) {
      const { file } = entry;
      const error = this.#refusal(entry, present, refusal);
      if (error) {
        rejected.push({ file, error });
        continue;
      }
      present.files++;
      present.bytes += file.size;
      const failed = failures.take(entry);
      const upload = failed ?? new Upload(entry, options.auto !== false);
      const add = failed
        ? () => this.#list.refile(failed, () => controls.retry(failed, entry))
        : () => this.#list.add(upload);
      uploads.push(this.#countingBusy(add));
      if (!failed && upload.phase === 'queued') controls.start(upload);
    }
    if (rejected.length > 0) this.dispatchEvent(new UploadRejectedEvent(rejected));
    return { uploads, rejected };
  }

  async unfinished(): Promise<readonly Unfinished[]> {
    return (await this.#controls.load()).sending.unfinished();
  }

  async interrupted(): Promise<readonly Interrupted[]> {
    return (await this.#controls.load()).sending.interrupted(this.#list.ids);
  }

  async forget(id: string): Promise<void> {
    await (await this.#controls.load()).sending.forget(id);
  }

  start(): void {
    for (const upload of this.#list.uploads) {
      if (upload.phase !== 'added') continue;
      this.#controls.apply(upload, { type: 'start' });
      this.#controls.start(upload);
    }
  }

  pause(id?: string): void {
    this.#each(id, (upload) => this.#controls.pause(upload));
  }

  resume(id?: string): void {
    this.#each(id, (upload) => this.#controls.resume(upload));
  }

  retry(id?: string): void {
    this.#each(id, (upload) => this.#controls.retry(upload));
    this.#controls.wake();
  }

  async cancel(id?: string): Promise<void> {
    const cancelled: Promise<void>[] = [];
    this.#each(id, (upload) => cancelled.push(this.#controls.cancel(upload)));
    await Promise.all(cancelled);
  }

  async remove(id: string): Promise<void> {
    const upload = this.#list.find(id);
    if (!upload) return;
    const cancelled = this.#controls.cancel(upload);
    // If it is complete by now, that is reported first.
    if (upload.phase === 'withdrawing') await cancelled;
    if (!this.#list.has(upload)) return;
    const last = this.#list.lastSnapshot(upload);
    this.#countingBusy(() => this.#list.remove(upload));
    this.dispatchEvent(new UploadRemovedEvent(snapshotOf(upload, last)));
    await cancelled;
  }

  clear(): void {
    for (const upload of this.#list.uploads) {
      if (isActive(upload.state) || upload.phase === 'paused') continue;
      void this.remove(upload.id);
    }
  }

  /** @throws UploadError with the Worker's code. */
  async deleteFile(id: string): Promise<void> {
    if (this.#list.find(id)?.phase !== 'done') return;
    await (await this.#controls.load()).sending.deleteFile(id);
  }

  /** @throws UploadError with the Worker's code, or `invalid_request` if `id` is not a UUID. */
  async fileUrl(id: string): Promise<string> {
    return (await this.#controls.load()).sending.fileUrl(id);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controls.close();
    this.#guard.close();
  }

  #refusal(
    entry: FileWithPath,
    present: Present,
    refusal: ReturnType<typeof judge>,
  ): UploadError | undefined {
    const { file, id } = entry;
    const fileName = file.name;
    if (id !== undefined && !isUploadId(id)) {
      const message = `${fileName}: the id of an upload must be a UUID, not "${id}".`;
      return new UploadError('invalid_request', message, { fileName });
    }
    const phase = this.#list.findByFile(entry)?.phase;
    return phase !== undefined && phase !== 'cancelled' && phase !== 'failed'
      ? new UploadError('duplicate', `${fileName} is already in the list.`, { fileName })
      : refusal(file, present);
  }

  #each(id: string | undefined, act: (upload: Upload) => unknown): void {
    const uploads = id === undefined ? this.#list.uploads : [this.#list.find(id)];
    for (const upload of uploads) {
      if (!upload) continue;
      act(upload);
      this.#refresh(upload);
    }
  }

  #onChange(upload: Upload): void {
    if (!this.#list.has(upload)) return;
    const { progress } = upload.state;
    const { phase } = progress;
    if (this.#list.lastSnapshot(upload)?.status !== phase) {
      if (phase === 'done') this.dispatchEvent(new UploadDoneEvent(this.#refresh(upload)));
      if (phase === 'failed') {
        this.dispatchEvent(new UploadFailedEvent(this.#refresh(upload), progress.error));
      }
    }
    this.#changed.add(upload);
    this.#scheduleSoon();
  }

  #refresh(upload: Upload): UploadSnapshot {
    return this.#countingBusy(() => this.#list.refresh(upload));
  }

  /** Does something that may make the first upload active, or end the last one. */
  #countingBusy<T>(act: () => T): T {
    const { sums } = this.#list;
    const wasBusy = sums.active > 0;
    const value = act();
    const isBusy = sums.active > 0;
    this.#scheduleSoon();
    if (wasBusy === isBusy) return value;
    this.#guard.setBusy(isBusy);
    queueMicrotask(() => {
      if (!isBusy && !sums.active) this.dispatchEvent(new UploadSettledEvent(this.uploads));
    });
    return value;
  }

  #scheduleSoon(): void {
    if (!this.#isClosed) this.#scheduleReport();
  }

  /** Reports progress, once a frame. */
  #report(): void {
    for (const upload of this.#changed) this.#refresh(upload);
    this.#changed.clear();
    // Measured also while nobody asks for the totals.
    this.#controls.forecast(this.#list);
    if (this.#reported === this.uploads) return;
    this.#reported = this.uploads;
    this.dispatchEvent(new UploadProgressEvent(this.uploads));
  }
}
