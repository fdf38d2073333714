/** What the engine shows of itself: the element, and any app without it, draws these and nothing else. */
import type { ChecksumAlgorithm, Result, UploadSummary } from '../../worker/protocol.ts';
import type { UploadError } from './errors.ts';

export type UploadStatus =
  | 'queued'
  | 'hashing'
  | 'uploading'
  | 'paused'
  /** Offline, or between two attempts: goes on by itself. */
  | 'waiting'
  | 'completing'
  | 'done'
  | 'failed'
  | 'cancelled';

/** What an upload waits for: the network, the store, or the Worker. */
export type WaitReason = 'online' | 'store' | 'signer';

/** One file's state at one moment; frozen, replaced when anything in it changes. */
export interface UploadSnapshot {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  /** Path inside the folder that was picked or dropped, with `/`. */
  readonly path?: string | undefined;
  readonly status: UploadStatus;
  /** Bytes that the store has acknowledged; never decreases while the upload lives. */
  readonly loaded: number;
  /** Bytes that have left the machine, `loaded` included; at least `loaded`, at most `bytes`. */
  readonly sent: number;
  /** Smoothed; undefined until it is known. */
  readonly bytesPerSecond?: number | undefined;
  /** Undefined until it is known. */
  readonly secondsLeft?: number | undefined;
  /** True where bytes of an earlier visit were found on the store. */
  readonly resumed: boolean;
  /** True where the store could not be reached, and parts have gone through the Worker. */
  readonly relayed: boolean;
  /** Why it waits. */
  readonly waitingFor?: WaitReason | undefined;
  readonly key?: string | undefined;
  readonly result?: Result | undefined;
  readonly error?: UploadError | undefined;
  /** The file itself, for previews; undefined once the uploader has let go of it. */
  readonly file?: File | undefined;
}

/** All uploads together. */
export interface Totals {
  readonly files: number;
  readonly done: number;
  readonly failed: number;
  readonly paused: number;
  /** queued, hashing, uploading, waiting or completing. */
  readonly active: number;
  readonly bytes: number;
  readonly loaded: number;
  readonly sent: number;
  readonly bytesPerSecond?: number | undefined;
  readonly secondsLeft?: number | undefined;
}

/** A file with the path that it had in its folder. */
export interface FileWithPath {
  readonly file: File;
  readonly path?: string | undefined;
  /** Of an unfinished upload that it goes on with, begun here or on another device. */
  readonly id?: string | undefined;
  /** Kept in the journal: after a reload, `interrupted()` and `unfinished()` give it back. */
  readonly handle?: FileSystemFileHandle | undefined;
}

/** An upload that was begun and is not finished, as the Worker lists it. */
export interface Unfinished extends UploadSummary {
  /**
   * Where the file lies, if it was begun in this browser, and the browser tells (Chromium). Ask for
   * `requestPermission({ mode: 'read' })` in a click, then `add([{ id, handle, file: await handle.getFile() }])`.
   */
  readonly handle?: FileSystemFileHandle | undefined;
}

/** An upload that was begun in this browser and is not finished, as its journal has it. */
export interface Interrupted {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Of its file, in ms since 1970. */
  readonly lastModified: number;
  readonly path?: string | undefined;
  /**
   * Where the file lies, if the browser tells (Chromium, of a drop): with it one click is enough to
   * go on, as with that of `Unfinished`. Without one the file has to be chosen again.
   */
  readonly handle?: FileSystemFileHandle | undefined;
  /** When the Worker lets go of it, ISO 8601. */
  readonly expiresAt: string;
}

/** A file that was not taken in, and why. */
export interface Rejection {
  readonly file: File;
  readonly error: UploadError;
}

/** Returns an error to refuse the file, or nothing. */
export type Validator = (file: File) => UploadError | string | undefined;

/** What the page itself asks of files, before the Worker's policy narrows it further; sizes in bytes. */
export interface Restrictions {
  readonly accept?: string;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly maxTotalBytes?: number;
  readonly maxFiles?: number;
  readonly validators?: readonly Validator[];
}

export interface UploaderOptions {
  /** The Worker's address, with or without a trailing slash. */
  readonly endpoint: string | URL;
  /** Bearer token, or a function that gives one; asked again after a 401. */
  readonly getToken?: () => string | undefined | Promise<string | undefined>;
  /** Sent with every call to the Worker. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Cookies to the Worker. @default 'same-origin' */
  readonly credentials?: RequestCredentials;
  /** Metadata of each upload; the Worker's allow-list decides what is kept. */
  readonly metadata?: (file: File) => Readonly<Record<string, string>> | undefined;
  readonly restrictions?: Restrictions;
  /** Requests to the store in flight, for all files together. @default 6 per lane */
  readonly concurrency?: number;
  /** Start as soon as files are added. @default true */
  readonly auto?: boolean;
  /** Ask for the policy at once, not with the first file: `add` can judge that by it. @default true */
  readonly eager?: boolean;
  /** Keep a journal and go on after a reload. @default true */
  readonly resume?: boolean;
  /**
   * Where on the site files are taken in, in any words: `interrupted()` tells only of what was begun
   * at the same place. Where people share a browser, let it say who is signed in, too.
   */
  readonly place?: string;
  /**
   * No byte for this long: abort and retry. The Worker is given as long for an answer, and ten
   * times as long to complete. `Infinity`: never. @default 30_000
   */
  readonly stallMs?: number;
  /** Faults of the line, the store or the Worker are retried for so long. @default 600_000 */
  readonly patienceMs?: number;
  /** Keep the screen on while uploads run. @default true */
  readonly wakeLock?: boolean;
}

/** The engine's face. `Uploader` in `uploader.ts` is the one implementation. */
export interface UploaderLike extends EventTarget {
  readonly uploads: readonly UploadSnapshot[];
  readonly totals: Totals;
  /** Of the Worker's policy, once it is known. */
  readonly checksum: ChecksumAlgorithm | null | undefined;
  /** Changes options from now on; running requests keep theirs. */
  configure(options: Partial<UploaderOptions>): void;
  /** Takes files in; what is refused comes back, and in one `upload-rejected`. */
  add(files: Iterable<File | FileWithPath>): {
    uploads: readonly UploadSnapshot[];
    rejected: readonly Rejection[];
  };
  /** Starts what waits for it (`auto: false`). */
  start(): void;
  /** One upload, or all. A paused upload holds no slot. */
  pause(id?: string): void;
  resume(id?: string): void;
  /** A failed upload, or all of them, from what the store already holds. */
  retry(id?: string): void;
  /** Stops it and aborts it on the store. Settles when the store has let go. */
  cancel(id?: string): Promise<void>;
  /** Takes a row away; one that is not done is cancelled first. */
  remove(id: string): Promise<void>;
  /** Takes every settled row away (done, failed, cancelled). */
  clear(): void;
  /**
   * Uploads that were begun in this browser, at this place of this Worker, and that nobody is at:
   * after a reload, what can be gone on with by `add`. Asks no server.
   */
  interrupted?(): Promise<readonly Interrupted[]>;
  /** Gives up one of the interrupted uploads, and aborts it on the store. */
  forget?(id: string): Promise<void>;
  /** A short-lived address from which a finished upload is downloaded. */
  fileUrl?(id: string): Promise<string>;
  /** Stops all requests and frees everything; what has been sent can be resumed later. */
  close(): void;
}
