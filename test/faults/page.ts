/** The page under test: the engine alone, an input, and what the rig asks of both. No element. */
import { Uploader } from '../../widget/core/index.ts';
import type { UploaderOptions, UploadSnapshot } from '../../widget/core/types.ts';
import { hungFiles, type HungFiles } from '../widget/core/fake/hung-files.ts';

/** A snapshot as plain data: errors and files do not cross to the rig. */
export interface PlainUpload {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly status: UploadSnapshot['status'];
  readonly loaded: number;
  readonly sent: number;
  readonly resumed: boolean;
  readonly restarts: number;
  readonly relayed: boolean;
  readonly waitingFor?: string | undefined;
  readonly key?: string | undefined;
  readonly etag?: string | undefined;
  readonly checksum?: string | undefined;
  readonly error?:
    | {
        readonly code: string;
        readonly message: string;
        readonly status?: number | undefined;
        readonly storeCode?: string | undefined;
        readonly retryable: boolean;
      }
    | undefined;
}

/** A file cut out of those that the input holds. */
export interface Cut {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What one call of `getToken` does. `refused`: a token that the Worker refuses; `slow`: a good one, late. */
export type TokenAct = 'good' | 'refused' | 'throw' | 'slow';

/** Calls of `getToken` in turn; all later ones are good. */
export interface Tokens {
  readonly good: string;
  readonly acts: readonly TokenAct[];
}

export interface RigPage {
  isStarted(): boolean;
  /** A new engine; an old one is closed. */
  start(options: UploaderOptions, tokens?: Tokens): void;
  /** From now on a service worker sends the page's requests. */
  passThrough(script: string): Promise<void>;
  /** Reads of what was cut under these names hang for so long. */
  hang(names: readonly string[], ms: number): void;
  /** Cancels the uploads of these names. */
  cancelNamed(names: readonly string[]): Promise<void>;
  /** Aborts what an earlier visit has cancelled in vain. */
  interrupted(): Promise<number>;
  /** Cuts the input's first file into files; `add` then takes these. */
  cut(cuts: readonly Cut[]): Promise<void>;
  /** Adds what was cut, or else what the input holds. */
  add(): { readonly added: number; readonly rejected: readonly string[] };
  /** Settles once every upload is done, failed, cancelled or paused. */
  settled(): Promise<readonly PlainUpload[]>;
  uploads(): readonly PlainUpload[];
  /** What went wrong with progress: it ran backwards, or past its end. */
  violations(): readonly string[];
  pause(id?: string): void;
  resume(id?: string): void;
  retry(id?: string): void;
  cancel(id?: string): Promise<void>;
  remove(id: string): Promise<void>;
  close(): void;
}

let uploader: Uploader | undefined;
let pieces: readonly File[] | undefined;
let violations: string[] = [];
let last = new Map<string, UploadSnapshot>();
let hung: HungFiles | undefined;

const rig: RigPage = {
  isStarted: () => uploader !== undefined,
  start(options, tokens) {
    uploader?.close();
    uploader = new Uploader({ ...options, ...(tokens && { getToken: tokenGiver(tokens) }) });
    violations = [];
    last = new Map();
    const started = uploader;
    started.addEventListener('upload-progress', () => watch(started.uploads));
  },
  async passThrough(script) {
    const { serviceWorker } = navigator;
    const isControlled = new Promise((resolve) => {
      serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
    await serviceWorker.register(script);
    if (!serviceWorker.controller) await isControlled;
  },
  hang(names, ms) {
    hung ??= hungFiles();
    for (const file of pieces ?? []) if (names.includes(file.name)) hung.hang(file);
    setTimeout(() => hung?.revive(), ms);
  },
  async cancelNamed(names) {
    const named = engine().uploads.filter(({ name }) => names.includes(name));
    await Promise.all(named.map(({ id }) => engine().cancel(id)));
  },
  interrupted: async () => (await engine().interrupted()).length,
  async cut(cuts) {
    const whole = input()[0];
    if (!whole) throw new Error('the input is empty');
    pieces = cuts.map(
      ({ name, start, end }) =>
        new File([whole.slice(start, end)], name, { lastModified: whole.lastModified }),
    );
    // Thousands of blobs take the browser a while: what is asked of the last one waits for all.
    await pieces.at(-1)?.arrayBuffer();
  },
  add() {
    const { uploads, rejected } = engine().add(pieces ?? input());
    pieces = undefined;
    return { added: uploads.length, rejected: rejected.map(({ error }) => error.code) };
  },
  async settled() {
    const settled = new Set(['done', 'failed', 'cancelled', 'paused']);
    const isBusy = (): boolean => engine().uploads.some(({ status }) => !settled.has(status));
    while (isBusy()) {
      await new Promise((resolve) =>
        engine().addEventListener('upload-settled', resolve, { once: true }),
      );
    }
    watch(engine().uploads);
    return rig.uploads();
  },
  uploads: () => engine().uploads.map(plain),
  violations: () => violations,
  pause: (id) => engine().pause(id),
  resume: (id) => engine().resume(id),
  retry: (id) => engine().retry(id),
  cancel: (id) => engine().cancel(id),
  remove: (id) => engine().remove(id),
  close: () => engine().close(),
};
Object.assign(globalThis, { rig });
addEventListener('unhandledrejection', ({ reason }) => violations.push(`unhandled: ${reason}`));
addEventListener('error', ({ message }) => violations.push(`error: ${message}`));

/** Longer than a request may stand still in the tests. */
const SLOW_TOKEN_MS = 5000;

function tokenGiver({ good, acts }: Tokens): () => Promise<string> {
  const left = [...acts];
  return async () => {
    const act = left.shift();
    if (act === 'throw') throw new Error('The session cannot be read.');
    if (act === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_TOKEN_MS));
    return act === 'refused' ? good.slice(0, -4) : good;
  };
}

function input(): readonly File[] {
  return [...(document.querySelector('input')?.files ?? [])];
}

function engine(): Uploader {
  if (!uploader) throw new Error('the engine was not started');
  return uploader;
}

function watch(uploads: readonly UploadSnapshot[]): void {
  for (const upload of uploads) {
    const { id, bytes, loaded, sent } = upload;
    const before = last.get(id);
    // Of 20,000 nearly all are as they were.
    if (before === upload) continue;
    if (before && loaded < before.loaded)
      violations.push(`loaded fell from ${before.loaded} to ${loaded}`);
    if (sent < loaded || sent > bytes)
      violations.push(`sent ${sent} of ${bytes}, loaded ${loaded}`);
    last.set(id, upload);
  }
}

function plain(upload: UploadSnapshot): PlainUpload {
  const {
    id,
    name,
    bytes,
    status,
    loaded,
    sent,
    resumed,
    restarts,
    relayed,
    waitingFor,
    key,
    result,
    error,
  } = upload;
  return {
    id,
    name,
    bytes,
    status,
    loaded,
    sent,
    resumed,
    restarts,
    relayed,
    waitingFor,
    key: result?.key ?? key,
    etag: result?.etag,
    checksum: result?.checksum,
    error: error && {
      code: error.code,
      message: error.message,
      status: error.status,
      storeCode: error.storeCode,
      retryable: error.retryable,
    },
  };
}
