/** What tests do with the fake, from the page. */
import { Uploader } from '../../../../widget/core/index.ts';
import type { UploaderOptions, UploadSnapshot } from '../../../../widget/core/index.ts';
import type { FaultRule, Report, SpaceOptions } from './space.ts';

export const MIB = 2 ** 20;

export interface Fake {
  readonly endpoint: string;
  fault(rule: FaultRule): Promise<void>;
  clear(): Promise<void>;
  set(options: SpaceOptions): Promise<void>;
  /** The store loses these parts, all at the same moment. */
  lose(id: string, ...parts: readonly number[]): Promise<void>;
  /** Worker and store forget the upload. */
  forget(id: string): Promise<void>;
  report(): Promise<Report>;
  /** Requests so far whose line holds the pattern, such as `/PUT .*part=2/`. */
  count(side: 'api' | 'store', pattern?: RegExp): Promise<number>;
}

export async function fake(options: SpaceOptions = {}): Promise<Fake> {
  const url = await (await fetch('/__fake')).text();
  const post = async (path: string, body: object): Promise<unknown> =>
    (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })).json();
  const { id } = (await post('/spaces', options)) as { id: string };
  const control = (verb: string, body: object = {}) => post(`/${id}/control/${verb}`, body);
  ends.add(() => control('end'));
  const report = async () => (await control('state')) as Report;
  return {
    endpoint: `${url}/${id}/api`,
    fault: async (rule) => void (await control('fault', rule)),
    clear: async () => void (await control('clear')),
    set: async (change) => void (await control('options', change)),
    lose: async (upload, ...parts) => void (await control(`lose?id=${upload}&parts=${parts}`)),
    forget: async (upload) => void (await control(`forget?id=${upload}`)),
    report,
    count: async (side, pattern = /./) =>
      (await report()).log.filter((entry) => entry.side === side && pattern.test(entry.line))
        .length,
  };
}

const ends = new Set<() => Promise<unknown>>();

// After the hooks of the tests, which may still use what they have made.
afterEach(async () => {
  await Promise.all([...ends].map((end) => end()));
  ends.clear();
});

const open = new Set<Uploader>();

/** An uploader that the next `closeAll` ends. */
export function uploader(worker: Fake, options: Partial<UploaderOptions> = {}): Uploader {
  const made = new Uploader({ endpoint: worker.endpoint, ...options });
  open.add(made);
  return made;
}

export function closeAll(): void {
  for (const made of open) made.close();
  open.clear();
}

let seed = 1;

/** A file of noise, another one each time unless `from` says so. */
export function randomFile(bytes: number, name = 'file.bin', from = seed++): File {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let x = Math.imul(from, 0x9e3779b1) | 1;
  for (let at = 0; at < words.length; at++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[at] = x;
  }
  return new File([new Uint8Array(words.buffer, 0, bytes)], name, {
    lastModified: 1_700_000_000_000,
  });
}

export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Resolves with the first snapshot of an upload for which `is` holds. */
export function whenUpload(
  from: Uploader,
  is: (upload: UploadSnapshot) => boolean,
): Promise<UploadSnapshot> {
  return new Promise((resolve) => {
    const look = () => {
      const upload = from.uploads.find(is);
      if (!upload) return;
      from.removeEventListener('upload-progress', look);
      resolve(upload);
    };
    from.addEventListener('upload-progress', look);
    look();
  });
}

/** Waits until it is so. Not by frames: a page that is not in front has none. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A promise that the test settles. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
} {
  let settle: Pick<ReturnType<typeof deferred<T>>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    promise,
    resolve: (value) => settle?.resolve(value),
    reject: (reason) => settle?.reject(reason),
  };
}

/** Resolves once nothing is active any more. */
export function settled(from: Uploader): Promise<readonly UploadSnapshot[]> {
  return new Promise((resolve) => {
    if (from.uploads.length && !from.totals.active) return resolve(from.uploads);
    from.addEventListener('upload-settled', () => resolve(from.uploads), { once: true });
  });
}
