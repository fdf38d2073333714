/** What the tests do with an Uppy in a page, whichever version it is. */

/** The page's side of it. */
export interface Driver {
  /** Uploads what the file input holds. */
  upload(): Promise<readonly Outcome[]>;
  /** Waits for what a reload has left, and goes on with it. */
  goOn(): Promise<readonly Outcome[]>;
  cancel(): void;
  /** Parts that have been stored so far. */
  readonly parts: number;
  /** Files that golden-retriever has kept. */
  kept(): Promise<number>;
}

export interface Outcome {
  readonly name: string;
  readonly key?: string;
  readonly location?: string;
  readonly error?: string;
}

/** As much of Uppy as both versions have alike. */
interface AnyUppy {
  addFile(file: { name: string; type: string; data: Blob }): string;
  upload(): Promise<unknown>;
  cancelAll(): void;
  getFiles(): { name?: string; error?: unknown; response?: { body?: unknown } }[];
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** What the page was opened with. */
export function optionsOfPage(): { readonly endpoint: string; readonly multipart: boolean } {
  const query = new URLSearchParams(location.search);
  return { endpoint: query.get('endpoint') ?? '', multipart: query.has('multipart') };
}

/** To be called before any plugin is installed, so that no event is missed. */
export function drive(uppy: AnyUppy, confirmRestore: () => void): void {
  let parts = 0;
  const restored = new Promise<void>((resolve) => uppy.on('restored', () => resolve()));
  const complete = () => new Promise<void>((resolve) => uppy.on('complete', () => resolve()));
  const outcomes = () => uppy.getFiles().map(outcomeOf);
  uppy.on('s3-multipart:part-uploaded', () => parts++);
  const driver: Driver = {
    get parts() {
      return parts;
    },
    async upload() {
      const input = document.querySelector('input');
      for (const data of input?.files ?? []) {
        uppy.addFile({ name: data.name, type: data.type, data });
      }
      await uppy.upload();
      return outcomes();
    },
    async goOn() {
      await restored;
      const done = complete();
      confirmRestore();
      await done;
      return outcomes();
    },
    cancel: () => uppy.cancelAll(),
    kept: keptFiles,
  };
  Object.assign(globalThis, { driver });
}

function outcomeOf(file: ReturnType<AnyUppy['getFiles']>[number]): Outcome {
  const { key, location } = (file.response?.body ?? {}) as { key?: string; location?: string };
  return {
    name: file.name ?? '',
    ...(key !== undefined && { key }),
    ...(location !== undefined && { location }),
    ...(file.error !== undefined && file.error !== null && { error: String(file.error) }),
  };
}

/** Of golden-retriever's own database. */
async function keptFiles(): Promise<number> {
  const databases = await indexedDB.databases();
  if (!databases.some(({ name }) => name === 'uppy-blobs')) return 0;
  return new Promise((resolve, reject) => {
    const open = indexedDB.open('uppy-blobs');
    open.addEventListener('error', reject);
    open.addEventListener('success', () => {
      const count = open.result.transaction('files').objectStore('files').count();
      count.addEventListener('success', () => {
        open.result.close();
        resolve(count.result);
      });
    });
  });
}
