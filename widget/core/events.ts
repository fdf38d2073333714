/**
 * Events of the engine. The element dispatches the same ones on itself. None of them bubbles: a page
 * listens on the uploader or the element.
 */
import type { UploadError } from './errors.ts';
import type { Rejection, UploadSnapshot } from './types.ts';

/** Before files become uploads; `preventDefault()` refuses the whole batch. */
export class UploadAddEvent extends Event {
  readonly files: readonly File[];
  constructor(files: readonly File[]) {
    super('upload-add', { cancelable: true });
    this.files = files;
  }
}

/** Files have become uploads. */
export class UploadAddedEvent extends Event {
  readonly uploads: readonly UploadSnapshot[];
  constructor(uploads: readonly UploadSnapshot[]) {
    super('upload-added');
    this.uploads = uploads;
  }
}

/**
 * Before an unfinished upload is cancelled, and its parts are dropped; `preventDefault()` keeps it as it
 * is.
 */
export class UploadCancelEvent extends Event {
  readonly upload: UploadSnapshot;
  constructor(upload: UploadSnapshot) {
    super('upload-cancel', { cancelable: true });
    this.upload = upload;
  }
}

/** Before the first request for a file; `preventDefault()` leaves it queued until `start()`. */
export class UploadStartEvent extends Event {
  readonly upload: UploadSnapshot;
  constructor(upload: UploadSnapshot) {
    super('upload-start', { cancelable: true });
    this.upload = upload;
  }
}

/** Some files of one `add` were refused. */
export class UploadRejectedEvent extends Event {
  readonly rejected: readonly Rejection[];
  constructor(rejected: readonly Rejection[]) {
    super('upload-rejected');
    this.rejected = rejected;
  }
}

/** Snapshots have changed. Dispatched at most once a frame. */
export class UploadProgressEvent extends Event {
  readonly uploads: readonly UploadSnapshot[];
  constructor(uploads: readonly UploadSnapshot[]) {
    super('upload-progress');
    this.uploads = uploads;
  }
}

/** A file is in the bucket. */
export class UploadDoneEvent extends Event {
  readonly upload: UploadSnapshot;
  constructor(upload: UploadSnapshot) {
    super('upload-done');
    this.upload = upload;
  }
}

/** An upload has failed; `retry` may help if `error.retryable` is true. */
export class UploadFailedEvent extends Event {
  readonly upload: UploadSnapshot;
  readonly error: UploadError;
  constructor(upload: UploadSnapshot, error: UploadError) {
    super('upload-failed');
    this.upload = upload;
    this.error = error;
  }
}

/** An upload was removed from the list. */
export class UploadRemovedEvent extends Event {
  readonly upload: UploadSnapshot;
  constructor(upload: UploadSnapshot) {
    super('upload-removed');
    this.upload = upload;
  }
}

/** Nothing is active any more: every upload is done, failed, paused or gone. */
export class UploadSettledEvent extends Event {
  readonly uploads: readonly UploadSnapshot[];
  constructor(uploads: readonly UploadSnapshot[]) {
    super('upload-settled');
    this.uploads = uploads;
  }
}

/** The engine's events, by type. */
export interface UploadEventMap {
  'upload-add': UploadAddEvent;
  'upload-added': UploadAddedEvent;
  'upload-cancel': UploadCancelEvent;
  'upload-start': UploadStartEvent;
  'upload-rejected': UploadRejectedEvent;
  'upload-progress': UploadProgressEvent;
  'upload-done': UploadDoneEvent;
  'upload-failed': UploadFailedEvent;
  'upload-removed': UploadRemovedEvent;
  'upload-settled': UploadSettledEvent;
}

/** An event target whose listeners get these events with their types. */
export interface UploadEventTarget extends EventTarget {
  addEventListener<Type extends keyof UploadEventMap>(
    type: Type,
    listener: (event: UploadEventMap[Type]) => unknown,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(...parameters: Parameters<EventTarget['addEventListener']>): void;
}
