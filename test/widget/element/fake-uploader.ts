/** An engine whose uploads do what a test says, in place of the one that talks to a Worker. */
import { UploadError } from '../../../widget/core/errors.ts';
import {
  UploadAddEvent,
  UploadDoneEvent,
  UploadFailedEvent,
  UploadProgressEvent,
  UploadRejectedEvent,
  UploadRemovedEvent,
  UploadSettledEvent,
} from '../../../widget/core/events.ts';
import type {
  CancelOptions,
  FileWithPath,
  Interrupted,
  Rejection,
  Totals,
  UploaderLike,
  UploaderOptions,
  UploadSnapshot,
} from '../../../widget/core/types.ts';

const IDLE = ['done', 'failed', 'paused', 'cancelled'];
let count = 0;

export class FakeUploader extends EventTarget implements UploaderLike {
  uploads: readonly UploadSnapshot[] = [];
  checksum: UploaderLike['checksum'] = null;
  /** Every call, as its name and argument. */
  readonly calls: [string, unknown?][] = [];
  /** Names of files that `add` refuses, and why. */
  readonly refuses = new Map<string, UploadError>();
  /** What an earlier visit has left in the journal. */
  left: readonly Interrupted[] = [];
  isClosed = false;

  /** Counted once for each list of uploads, as the real engine never counts them all. */
  get totals(): Totals {
    if (this.#counted?.uploads !== this.uploads) {
      this.#counted = { uploads: this.uploads, totals: this.#count() };
    }
    return this.#counted.totals;
  }

  #counted: { uploads: readonly UploadSnapshot[]; totals: Totals } | undefined;

  #count(): Totals {
    const { uploads } = this;
    const sum = (of: (upload: UploadSnapshot) => number): number =>
      uploads.reduce((total, upload) => total + of(upload), 0);
    const withStatus = (...list: string[]): number =>
      uploads.filter(({ status }) => list.includes(status)).length;
    const rate = sum(({ status, bytesPerSecond = 0 }) =>
      status === 'uploading' ? bytesPerSecond : 0,
    );
    const pending = sum((upload) => upload.pending);
    return {
      files: uploads.length - withStatus('cancelled'),
      done: withStatus('done'),
      failed: withStatus('failed'),
      paused: withStatus('paused'),
      active: uploads.length - withStatus(...IDLE),
      bytes: sum(({ bytes }) => bytes),
      loaded: sum(({ loaded }) => loaded),
      sent: sum(({ sent }) => sent),
      pending,
      ...(rate > 0 && { bytesPerSecond: rate, secondsLeft: pending / rate }),
    };
  }

  configure(options: Partial<UploaderOptions>): void {
    this.calls.push(['configure', options]);
  }

  add(files: Iterable<File | FileWithPath>): {
    uploads: readonly UploadSnapshot[];
    rejected: readonly Rejection[];
  } {
    const entries = [...files].map((item) => ('file' in item ? item : { file: item }));
    this.calls.push(['add', entries]);
    const event = new UploadAddEvent(entries.map(({ file }) => file));
    if (!this.dispatchEvent(event)) return { uploads: [], rejected: [] };
    const rejected: Rejection[] = [];
    const uploads: UploadSnapshot[] = [];
    for (const { file, path, id } of entries) {
      const error = this.refuses.get(file.name);
      const failed = this.uploads.find(
        (one) => one.status === 'failed' && one.name === file.name && one.bytes === file.size,
      );
      if (error) rejected.push({ file, error });
      else if (failed) {
        this.become(failed.id, { status: 'queued', error: undefined, file });
        uploads.push(this.uploads.find((one) => one.id === failed.id) ?? failed);
      } else
        uploads.push(
          snapshot({
            name: file.name,
            bytes: file.size,
            type: file.type,
            file,
            ...(path && { path }),
            ...(id && { id }),
          }),
        );
    }
    this.uploads = [...new Set([...this.uploads, ...uploads])];
    if (rejected.length > 0) this.dispatchEvent(new UploadRejectedEvent(rejected));
    this.tell();
    return { uploads, rejected };
  }

  start(): void {
    this.calls.push(['start']);
  }

  pause(id?: string): void {
    this.calls.push(['pause', id]);
    this.#each(id, IDLE, 'paused');
  }

  resume(id?: string): void {
    this.calls.push(['resume', id]);
    this.#each(id, ['done', 'failed', 'queued', 'uploading'], 'queued');
  }

  retry(id?: string): void {
    this.calls.push(['retry', id]);
  }

  async cancel(id?: string): Promise<void> {
    this.calls.push(['cancel', id]);
  }

  /** With `undoMs`, the upload can be brought back until the test ends that time with another call. */
  async remove(id: string, { undoMs = 0 }: CancelOptions = {}): Promise<void> {
    const gone = this.uploads.find((upload) => upload.id === id);
    const canUndo = undoMs > 0 && gone?.status !== 'done';
    this.calls.push([canUndo ? 'discard' : 'remove', id]);
    if (!gone) return;
    if (canUndo) {
      this.become(id, { status: 'cancelled', undoUntilMs: Date.now() + undoMs });
      return;
    }
    this.uploads = this.uploads.filter((upload) => upload !== gone);
    this.dispatchEvent(new UploadRemovedEvent(gone));
    this.tell();
  }

  undo(id?: string): void {
    this.calls.push(['undo', id]);
    for (const upload of this.uploads) {
      if (upload.undoUntilMs === undefined || (id ?? upload.id) !== upload.id) continue;
      this.become(upload.id, { status: 'queued', undoUntilMs: undefined });
    }
  }

  clear(): void {
    this.calls.push(['clear']);
    this.uploads = this.uploads.filter(
      ({ status }) => !['done', 'failed', 'cancelled'].includes(status),
    );
    this.tell();
  }

  async interrupted(): Promise<readonly Interrupted[]> {
    return this.left;
  }

  async deleteFile(id: string): Promise<void> {
    this.calls.push(['deleteFile', id]);
  }

  async forget(id: string): Promise<void> {
    this.calls.push(['forget', id]);
    this.left = this.left.filter((upload) => upload.id !== id);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Puts these in place of all uploads. */
  show(...uploads: Partial<UploadSnapshot>[]): void {
    this.uploads = uploads.map((upload) => snapshot(upload));
    this.tell();
  }

  /** Changes one upload, and tells what a real engine would tell. */
  become(id: string, changes: Partial<UploadSnapshot>): void {
    const former = this.uploads.find((upload) => upload.id === id);
    if (!former) throw new Error(`no upload ${id}`);
    const upload = snapshot({ ...former, ...changes });
    this.uploads = this.uploads.map((other) => (other === former ? upload : other));
    if (former.status !== upload.status && upload.status === 'done') {
      this.dispatchEvent(new UploadDoneEvent(upload));
    }
    if (upload.status === 'failed' && upload.error) {
      this.dispatchEvent(new UploadFailedEvent(upload, upload.error));
    }
    this.tell();
    if (this.totals.active === 0) this.dispatchEvent(new UploadSettledEvent(this.uploads));
  }

  tell(): void {
    this.dispatchEvent(new UploadProgressEvent(this.uploads));
  }

  #each(id: string | undefined, except: string[], status: UploadSnapshot['status']): void {
    this.uploads = this.uploads.map((upload) =>
      (id === undefined || upload.id === id) && !except.includes(upload.status)
        ? snapshot({ ...upload, status })
        : upload,
    );
    this.tell();
  }
}

/** An upload that is queued, but for what is given. */
export function snapshot(given: Partial<UploadSnapshot>): UploadSnapshot {
  const { status = 'queued', bytes = 1_000_000 } = given;
  const loaded = given.loaded ?? (status === 'done' ? bytes : 0);
  const sent = Math.max(loaded, given.sent ?? 0);
  count += 1;
  return Object.freeze({
    id: `upload-${count}`,
    name: 'file.bin',
    type: '',
    resumed: false,
    restarts: 0,
    relayed: false,
    ...given,
    status,
    bytes,
    loaded,
    sent,
    pending: IDLE.includes(status) ? 0 : bytes - sent,
  });
}

export { UploadError };
