/** The engine's face: files in, snapshots and events out. */
import type { Policy } from '../../worker/protocol.ts';
import { addFiles } from './adding.ts';
import { Controls } from './controls.ts';
import { UploadError } from './errors.ts';
import {
  type UploadEventTarget,
  UploadAddedEvent,
  UploadAddEvent,
  UploadCancelEvent,
  UploadDoneEvent,
  UploadFailedEvent,
  UploadProgressEvent,
  UploadRejectedEvent,
  UploadRemovedEvent,
  UploadSettledEvent,
  UploadStartEvent,
} from './events.ts';
import { assertOptions } from './options.ts';
import type {
  CancelOptions,
  Edits,
  FileWithPath,
  Interrupted,
  Rejection,
  Totals,
  Unfinished,
  UploaderLike,
  UploaderOptions,
  UploadSnapshot,
} from './types.ts';
import { UploadList } from './upload/list.ts';
import { snapshotOf } from './upload/snapshot.ts';
import { canInPage, isActive } from './upload/page-events.ts';
import type { Upload } from './upload/upload.ts';
import { oncePerFrame } from './util/frame.ts';

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
      refused: (upload, error) => this.#refuse(upload, error),
      starting: (upload) => this.dispatchEvent(new UploadStartEvent(this.#refresh(upload))),
    });
    if (options.eager !== false) void this.#controls.prepare();
  }

  get uploads(): readonly UploadSnapshot[] {
    return this.#list.snapshots;
  }

  get totals(): Totals {
    return { ...this.#list.sums, ...this.#controls.forecast(this.#list) };
  }

  get policy(): Policy | undefined {
    return this.#controls.policy;
  }

  get checksum() {
    return this.policy?.checksum;
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
    const event = new UploadAddEvent(entries.map(({ file }) => file));
    if (this.#isClosed || entries.length === 0 || !this.dispatchEvent(event)) {
      return { uploads: [], rejected: [] };
    }
    const { uploads, rejected } = addFiles(entries, this.#list, this.#controls, (change) =>
      this.#countingBusy(change),
    );
    if (uploads.length > 0) this.dispatchEvent(new UploadAddedEvent(uploads));
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

  async cancel(id?: string, { undoMs }: CancelOptions = {}): Promise<void> {
    const cancelled: Promise<unknown>[] = [];
    this.#each(id, (upload) => {
      if (this.#mayCancel(upload)) cancelled.push(this.#controls.cancel(upload, undoMs));
    });
    await Promise.all(cancelled);
  }

  async remove(id: string, { undoMs }: CancelOptions = {}): Promise<void> {
    const upload = this.#list.find(id);
    if (!upload || !this.#mayCancel(upload)) return;
    const cancelled = this.#controls.cancel(upload, undoMs);
    this.#refresh(upload);
    // If it is complete by now, that is reported first.
    const isPending = upload.phase === 'withdrawing' || upload.phase === 'undoable';
    if (isPending && !(await cancelled)) return;
    this.#remove(upload);
    await cancelled;
  }

  undo(id?: string): void {
    this.#each(id, (upload) => this.#controls.undo(upload));
  }

  edit(id: string, edits: Edits): void {
    const upload = this.#list.find(id);
    if (!upload || !canInPage(upload.state, 'edit')) {
      throw new UploadError(upload ? 'conflict' : 'not_found', `${id} cannot be edited.`);
    }
    if (edits.name?.trim() === '') throw new UploadError('invalid_request', 'It needs a name.');
    this.#controls.apply(upload, { type: 'edit', edits });
    this.#refresh(upload);
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
  }

  /** The validators refuse an upload, after a while. */
  #refuse(upload: Upload, error: UploadError): void {
    const { file } = upload.chosen;
    this.#remove(upload);
    this.dispatchEvent(new UploadRejectedEvent([{ file, error }]));
  }

  #remove(upload: Upload): void {
    if (!this.#list.has(upload)) return;
    const last = this.#list.lastSnapshot(upload);
    this.#countingBusy(() => this.#list.remove(upload));
    this.dispatchEvent(new UploadRemovedEvent(snapshotOf(upload, last)));
  }

  /** True if no listener objects; what is over is not asked about. */
  #mayCancel(upload: Upload): boolean {
    const { phase } = upload;
    const isOver = phase === 'done' || phase === 'cancelled' || phase === 'undoable';
    return isOver || this.dispatchEvent(new UploadCancelEvent(this.#refresh(upload)));
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
    this.#controls.setBusy(isBusy);
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
