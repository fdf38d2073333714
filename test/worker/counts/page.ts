/**
 * As much of a page as the engine needs, in Node: a clock that runs faster than the world's, a line
 * of a given speed that everything sent has to share, an IndexedDB in memory, and files that have a
 * size and no bytes.
 */
import { hold, pageNow, startClock } from './clock.ts';
import type { Sink } from './sink.ts';

/** How long the Worker takes to answer. */
const ANSWER_MS = 50;

const real = { setTimeout: globalThis.setTimeout, fetch: globalThis.fetch };

/** How the page's line and clock are. */
export interface PageOptions {
  readonly bytesPerSecond: number;
  /** Seconds of the page in one of the world's. */
  readonly speed: number;
}

let tickMs = 20;
let bytesPerSecond = Infinity;
let sink: Sink | undefined;

/** Sets the page up, or up anew; what was stored in it stays. */
export function becomePage({ bytesPerSecond: rate, speed }: PageOptions, store: Sink): void {
  bytesPerSecond = rate;
  // At least a millisecond of the world's.
  tickMs = Math.max(20, speed);
  sink = store;
  startClock(speed);
  globalThis.fetch = (...call) => hold(real.fetch(...call), ANSWER_MS);
  Object.defineProperty(navigator, 'onLine', { value: true, configurable: true });
  Object.assign(globalThis, { XMLHttpRequest: LineRequest, indexedDB: databases });
}

/** Waits until the page looks so. */
export async function when(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => void real.setTimeout(resolve, 5));
}

/** A file of any size that takes no memory: its large slices have no bytes, and hash to something. */
export class SparseFile extends File {
  readonly #bytes: number;

  constructor(bytes: number, name: string) {
    super([], name, { type: 'video/mp4', lastModified: 1_700_000_000_000 });
    this.#bytes = bytes;
  }

  override get size(): number {
    return this.#bytes;
  }

  override slice(start = 0, end = this.size): Blob {
    return sliceOf(this.size, start, end);
  }
}

class SparseBlob extends Blob {
  readonly #bytes: number;

  constructor(bytes: number) {
    super([]);
    this.#bytes = bytes;
  }

  override get size(): number {
    return this.#bytes;
  }

  override slice(start = 0, end = this.size): Blob {
    return sliceOf(this.size, start, end);
  }
}

function sliceOf(size: number, start: number, end: number): Blob {
  const from = start < 0 ? Math.max(0, size + start) : Math.min(start, size);
  const bytes = Math.max(0, Math.min(end, size) - from);
  return bytes <= 65_536 ? new Blob([new Uint8Array(bytes)]) : new SparseBlob(bytes);
}

/** Requests under way, which share the line. */
const flying = new Set<LineRequest>();
let ticking: ReturnType<typeof setInterval> | undefined;
let tickedAt = 0;
let onFirstSend: (() => void) | undefined;

/** Requests to the Worker that are asked for before the next one goes to the store. */
export async function askedBeforeSending(begin: () => void): Promise<string[]> {
  const { fetch } = globalThis;
  const asked: string[] = [];
  globalThis.fetch = (input, init) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`);
    return fetch(input, init);
  };
  const sending = new Promise<void>((resolve) => (onFirstSend = resolve));
  begin();
  await sending;
  globalThis.fetch = fetch;
  return [...asked];
}

function tick(): void {
  const ms = pageNow() - tickedAt;
  tickedAt += ms;
  const share = (bytesPerSecond * ms) / 1000 / flying.size;
  for (const request of flying) request.move(share);
  if (flying.size > 0) return;
  clearInterval(ticking);
  ticking = undefined;
}

/** The part of XMLHttpRequest that the engine uses. */
class LineRequest {
  status = 0;
  responseText = '';
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onprogress: unknown = null;
  readonly upload: {
    onprogress?: (event: { loaded: number }) => void;
    onload?: () => void;
  } = {};
  readonly #headers: Record<string, string> = {};
  #method = '';
  #url = '';
  #body: Blob | FormData | undefined;
  #bytes = 0;
  #sent = 0;
  #etag: string | null = null;

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name.toLowerCase()] = value;
  }

  send(body: Blob | FormData): void {
    this.#body = body;
    this.#bytes = (body instanceof FormData ? (body.get('file') as Blob) : body).size;
    flying.add(this);
    onFirstSend?.();
    onFirstSend = undefined;
    if (ticking !== undefined) return;
    tickedAt = pageNow();
    ticking = setInterval(tick, tickMs);
  }

  abort(): void {
    flying.delete(this);
  }

  getResponseHeader(name: string): string | null {
    return name === 'etag' ? this.#etag : null;
  }

  /** So many bytes leave the machine. */
  move(bytes: number): void {
    this.#sent = Math.min(this.#bytes, this.#sent + bytes);
    this.upload.onprogress?.({ loaded: this.#sent });
    if (this.#sent < this.#bytes || !flying.delete(this)) return;
    this.upload.onload?.();
    this.#etag = sink?.take(this.#method, this.#url, this.#headers, this.#body) ?? null;
    this.status = 200;
    this.onload?.();
  }
}

/** As much of IndexedDB as idb-keyval asks for: one store, whose transactions are over at once. */
const stored = new Map<string, unknown>();

const objectStore = {
  get: (key: string) => settledRequest(stored.get(key)),
  getAll: () => settledRequest([...stored.values()]),
  put: (value: unknown, key: string) => settledRequest(stored.set(key, value)),
  delete: (key: string) => settledRequest(stored.delete(key)),
  transaction: undefined as unknown,
};

const database = {
  createObjectStore: () => objectStore,
  transaction: () => {
    const transaction = settledRequest(undefined) as object;
    return Object.assign(transaction, {
      objectStore: () => Object.assign(objectStore, { transaction }),
    });
  },
};

const databases = { open: () => settledRequest(database) };

function settledRequest(result: unknown): unknown {
  const request: { result: unknown; onsuccess?: () => void; oncomplete?: () => void } = { result };
  queueMicrotask(() => {
    request.onsuccess?.();
    request.oncomplete?.();
  });
  return request;
}
