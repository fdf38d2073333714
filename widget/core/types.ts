/** The public types of the engine. The element, and any app without it, draws these and nothing else. */
import type {
  CannedAcl,
  ChecksumAlgorithm,
  Policy,
  Result,
  UploadSummary,
} from '../../worker/protocol.ts';
import type { UploadError } from './errors.ts';
import type { FileContext, Restrictions, Transform, TransformStep } from './page-functions.ts';

export type UploadStatus =
  /** Its validators have not all answered. */
  | 'checking'
  | 'queued'
  /** The page's transforms make the file that is sent; `step` says how far they are. */
  | 'transforming'
  | 'hashing'
  | 'uploading'
  | 'paused'
  /** Offline, between two attempts, or on a line that stands still: it continues by itself. */
  | 'waiting'
  | 'completing'
  | 'done'
  | 'failed'
  | 'cancelled';

/**
 * What an upload waits for: a connection, the store, the Worker, a disk that the file is read from, a
 * line that stands still (requests are under way, and no byte of them has left for ten seconds), or
 * something on the way, such as a proxy or a firewall, that answers in the place of store or Worker.
 */
export type WaitReason = 'online' | 'store' | 'signer' | 'file' | 'line' | 'network';

/** One upload as it looks at one moment. Frozen; replaced when anything in it changes. */
export interface UploadSnapshot {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  /** Path inside the folder that was chosen or dropped, with `/` between its segments. */
  readonly path?: string | undefined;
  readonly status: UploadStatus;
  /** Bytes that the store has acknowledged; never decreases, unless `restarts` grows. */
  readonly loaded: number;
  /** Bytes that have left the machine, `loaded` included; at least `loaded`, at most `bytes`. */
  readonly sent: number;
  /**
   * Bytes that have yet to leave the machine if nobody does anything: none of an upload that is paused,
   * over or not started, or that waits for a disk. More than `bytes - sent` while parts that were
   * acknowledged are sent again.
   */
  readonly pending: number;
  /** Smoothed. Undefined while it is not known, and whenever nothing is being sent. */
  readonly bytesPerSecond?: number | undefined;
  /**
   * Seconds until `pending` has left; at least 1. Undefined while it is not known, and whenever nothing
   * is being sent. It rises only when `pending` has grown, when an upload was resumed, or when the line
   * has been clearly slower for ten seconds.
   */
  readonly secondsLeft?: number | undefined;
  /** True if bytes of an earlier visit were found on the store. */
  readonly resumed: boolean;
  /** Times that it has begun again from zero, because the store had dropped what it held. */
  readonly restarts: number;
  /**
   * When the store drops the unfinished upload, in Unix seconds. Set while the file is not expected to
   * arrive by then at the present rate.
   */
  readonly wontArriveBy?: number | undefined;
  /** True if the store could not be reached, and parts have gone through the Worker. */
  readonly relayed: boolean;
  /** What it waits for, while its status is `waiting`. */
  readonly waitingFor?: WaitReason | undefined;
  /** What the page's transforms are doing, while its status is `transforming`. */
  readonly step?: TransformStep | undefined;
  /** While a cancelled upload can be brought back by `undo`: until when, in milliseconds since 1970. */
  readonly undoUntilMs?: number | undefined;
  /** Metadata that was given by `edit`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly key?: string | undefined;
  readonly result?: Result | undefined;
  readonly error?: UploadError | undefined;
  /** The file as it was chosen, for previews. Undefined if the uploader does not have it any more. */
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
  /** Bytes that have yet to leave the machine if nobody does anything, as in `UploadSnapshot`. */
  readonly pending: number;
  /** As in `UploadSnapshot`. */
  readonly bytesPerSecond?: number | undefined;
  /** Seconds until `pending` has left, as in `UploadSnapshot`. */
  readonly secondsLeft?: number | undefined;
}

/** A file, with its path in the folder that it came from. */
export interface FileWithPath {
  readonly file: File;
  readonly path?: string | undefined;
  /** Id of the unfinished upload that this file continues, from this device or another one. A UUID. */
  readonly id?: string | undefined;
  /** Kept in the journal: after a reload, `interrupted()` and `unfinished()` return it. */
  readonly handle?: FileSystemFileHandle | undefined;
}

/**
 * An upload that is not finished, as the Worker lists it, from any device of the caller's. `stored`
 * says how many parts and bytes of it the store has, unless the store could not be asked.
 */
export interface Unfinished extends UploadSummary {
  /**
   * Handle of the file, if the upload was begun in this browser, and the browser has handles
   * (Chromium). Call `requestPermission({ mode: 'read' })` in a click, then
   * `add([{ id, handle, file: await handle.getFile() }])`.
   */
  readonly handle?: FileSystemFileHandle | undefined;
}

/**
 * An upload that is not finished: one of an earlier visit, as this browser's journal has it, or with
 * `otherDevices` one that was begun elsewhere, as the Worker lists it.
 */
export interface Interrupted {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** When the file was last changed, in milliseconds since 1970. Unknown of an upload from elsewhere. */
  readonly lastModified?: number | undefined;
  readonly path?: string | undefined;
  /**
   * Handle of the file, if the browser has one (Chromium, for dropped files): with it, one click
   * continues the upload, as with that of `Unfinished`. Without it, the file has to be chosen again.
   */
  readonly handle?: FileSystemFileHandle | undefined;
  /** When the Worker ends the upload, ISO 8601. Unknown of an upload from elsewhere. */
  readonly expiresAt?: string | undefined;
  /** It was begun on another device, or in another browser. */
  readonly isElsewhere?: boolean | undefined;
  /**
   * What the store has: of an upload from elsewhere as the Worker says, otherwise as far as this browser
   * keeps the receipts of parts, which it does where the store cannot list them.
   */
  readonly stored?: Unfinished['stored'];
}

/** A file that was refused, and why. */
export interface Rejection {
  readonly file: File;
  readonly error: UploadError;
}

/** What can be changed before the Worker knows the upload. */
export interface Edits {
  /** The name by which the file is uploaded. */
  readonly name?: string;
  /** Metadata in addition to that of the option `metadata`; the Worker's allow-list decides what is kept. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface CancelOptions {
  /**
   * How many milliseconds `undo` can bring the upload back. The store keeps its parts until then.
   * @default 0
   */
  readonly undoMs?: number;
}

export interface UploaderOptions {
  /** The Worker's address, with or without a trailing slash. */
  readonly endpoint: string | URL;
  /** Returns a bearer token. There is one call at a time; after a 401 there is another one, as long as patience lasts. */
  readonly getToken?: () => string | undefined | Promise<string | undefined>;
  /** Sent with every call to the Worker. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies are sent to the Worker. @default 'same-origin' */
  readonly credentials?: RequestCredentials;
  /** Returns the ACL of an upload's object, one of those that the policy allows. @default its first */
  readonly acl?: (file: File, context: FileContext) => CannedAcl | undefined;
  /** Returns the metadata of an upload; the Worker's allow-list decides what is kept. */
  readonly metadata?: (
    file: File,
    context: FileContext,
  ) => Readonly<Record<string, string>> | undefined;
  /**
   * Functions that change each file before it is sent, one after the other, for two files at a time. The
   * restrictions judge the chosen file, and the Worker's policy what is sent.
   */
  readonly transforms?: readonly Transform[];
  readonly restrictions?: Restrictions;
  /** Requests to the store in flight, for all files together; at least 1. @default 6 for each lane */
  readonly concurrency?: number;
  /** Start as soon as files are added. @default true */
  readonly auto?: boolean;
  /** Ask for the policy at once and not with the first file, so that `add` can judge by it. @default true */
  readonly eager?: boolean;
  /** Keep a journal, and continue after a reload. @default true */
  readonly resume?: boolean;
  /**
   * A name for the place on the site where files are added: `interrupted()` returns only uploads that
   * were begun at the same place. If people share a browser, include who is signed in.
   */
  readonly place?: string;
  /**
   * Also look for uploads that the caller has begun on another device, or in another browser:
   * `interrupted()` returns them, and the same file continues one when it is added. The Worker's list
   * is asked for its newest 20. Needs a caller who is not anonymous, and checksums. @default false
   */
  readonly otherDevices?: boolean;
  /**
   * A request that does not move for this long is aborted and retried. The Worker may take as long
   * to answer, and ten times as long to complete. `Infinity`: no limit. @default 30_000
   */
  readonly stallMs?: number;
  /** How long faults of the network, the store or the Worker are retried. @default 600_000 */
  readonly patienceMs?: number;
  /** Keep the screen on while uploads run. @default true */
  readonly wakeLock?: boolean;
}

/** The public face of the engine. `Uploader` in `uploader.ts` implements it. */
export interface UploaderLike extends EventTarget {
  readonly uploads: readonly UploadSnapshot[];
  readonly totals: Totals;
  /** What the Worker allows this caller; undefined until it is known. */
  readonly policy?: Policy | undefined;
  /** Algorithm of the checksums of parts, by the Worker's policy; undefined until it is known. */
  readonly checksum: ChecksumAlgorithm | null | undefined;
  /** Changes options. Running requests keep theirs. */
  configure(options: Partial<UploaderOptions>): void;
  /**
   * Adds files. Refused ones are returned, and reported in one `upload-rejected`. A file whose upload has
   * failed continues it, in its place.
   */
  add(files: Iterable<File | FileWithPath>): {
    uploads: readonly UploadSnapshot[];
    rejected: readonly Rejection[];
  };
  /** Starts the uploads that wait for it (`auto: false`). */
  start(): void;
  /** Pauses one upload, or all. A paused upload holds no slot. */
  pause(id?: string): void;
  resume(id?: string): void;
  /** Starts a failed upload again, or all of them, from what the store already holds. */
  retry(id?: string): void;
  /**
   * Stops an upload, or all, and aborts it on the store, unless a listener of `upload-cancel` prevents it.
   * Resolves when the store has dropped its parts, or when the upload was brought back by `undo`.
   */
  cancel(id?: string, options?: CancelOptions): Promise<void>;
  /** Removes an upload from the list; one that is not done is cancelled first, as by `cancel`. */
  remove(id: string, options?: CancelOptions): Promise<void>;
  /** Brings back an upload that was cancelled with `undoMs`, or all of them. */
  undo?(id?: string): void;
  /**
   * Changes an upload that the Worker does not know yet.
   *
   * @throws UploadError `conflict` once the Worker knows it, `not_found` if there is no such upload, or
   *   `invalid_request` for an empty name.
   */
  edit?(id: string, edits: Edits): void;
  /** Removes all uploads that are done, failed or cancelled. */
  clear(): void;
  /**
   * Uploads that this caller began in this browser, at this place of this Worker, and that no tab is
   * working on: after a reload, `add` continues them. Where there may be some, the Worker is asked
   * who is calling; until it has answered there are none.
   */
  interrupted?(): Promise<readonly Interrupted[]>;
  /**
   * The caller's unfinished uploads, from any device, as the Worker lists them: the newest 20. `add`
   * takes a file together with the id of its upload, and sends only what the store lacks.
   *
   * @throws UploadError if the Worker cannot be asked.
   */
  unfinished?(): Promise<readonly Unfinished[]>;
  /** Forgets one of the interrupted uploads, and aborts it on the store. */
  forget?(id: string): Promise<void>;
  /**
   * Deletes a file that was uploaded on this page from the bucket, if the policy says that it is
   * removable (`REMOVABLE=on`); does nothing otherwise. Its row stays until `remove`.
   */
  deleteFile?(id: string): Promise<void>;
  /** A short-lived URL for downloading a finished upload. */
  fileUrl?(id: string): Promise<string>;
  /** Stops all requests and frees everything. What has been sent can be resumed later. */
  close(): void;
}
