/**
 * A page on a slow line, in Node, by the clock that the counts of `counts/` use. Its lid can be closed:
 * then the wall clock goes on without the page, and what was under way is lost.
 */
import { hashOnPage } from '../../../widget/core/checksum/hash-worker.ts';
import { hold, pageNow } from '../counts/clock.ts';
import { becomePage } from '../counts/page.ts';
import type { Sink } from '../counts/sink.ts';
import { HOST, type DayStore } from './store.ts';
import { rangeOf } from './file.ts';

/** How long the Worker takes to answer. */
const ANSWER_MS = 50;
/** How often a request says how far it is. */
const PROGRESS_MS = 10_000;
/** How long it takes to be online again after the lid is opened. */
const OFFLINE_MS = 5000;

const EPOCH = Date.parse('2026-11-26T00:00:00Z');
const window = new EventTarget();
const flying = new Set<SlowRequest>();

let sleptMs = 0;
let bytesPerMs = 0;
let partBytes = 1;
let store: DayStore;

/** The time of day, for the page, the Worker and the store. */
export const wallNow = (): number => EPOCH + pageNow() - beganMs + sleptMs;
let beganMs = 0;

export interface SlowLine {
  /** Of all requests together, which share it equally. */
  readonly bytesPerMs: number;
  readonly partBytes: number;
}

/** `ask` answers what is asked of the Worker. */
export function becomeSlowPage(
  line: SlowLine,
  to: DayStore,
  ask: (request: Request) => Promise<Response>,
): void {
  ({ bytesPerMs, partBytes } = line);
  store = to;
  becomePage({ bytesPerSecond: Infinity, speed: 1e6 }, {} as Sink);
  beganMs = pageNow();
  Date.now = wallNow;
  Object.assign(globalThis, {
    XMLHttpRequest: SlowRequest,
    fetch: (input: string | URL, init?: RequestInit) =>
      hold(ask(new Request(input, init)), ANSWER_MS),
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  });
}

/** The lid is closed for so long. The monotonic clock stands still meanwhile, as on Linux and macOS. */
export function closeLid(ms: number): void {
  sleptMs += ms;
  setOnline(false);
  for (const request of flying) request.lose();
  setTimeout(() => {
    setOnline(true);
    window.dispatchEvent(new Event('online'));
  }, OFFLINE_MS);
}

function setOnline(isOnline: boolean): void {
  Object.defineProperty(navigator, 'onLine', { value: isOnline, configurable: true });
}

const checksumOf = (body: Blob) => hashOnPage(body, 'crc64nvme');

/** The part of XMLHttpRequest that the engine uses. */
class SlowRequest {
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
  #url = '';
  #body = new Blob();
  #sent = 0;
  /** A store looks at a signature when a request begins. */
  #beganAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #etag: string | null = null;

  open(_method: string, url: string): void {
    if (new URL(url).host !== HOST) throw new Error(`A part goes to ${url}.`);
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name.toLowerCase()] = value;
  }

  send(body: Blob): void {
    this.#body = body;
    this.#beganAt = wallNow();
    flying.add(this);
    this.#move();
  }

  abort(): void {
    flying.delete(this);
    clearTimeout(this.#timer);
  }

  getResponseHeader(name: string): string | null {
    return name === 'etag' ? this.#etag : null;
  }

  /** The line breaks. */
  lose(): void {
    this.abort();
    const { start } = rangeOf(this.#body);
    store.log.push({ number: start / partBytes + 1, outcome: 'lost' });
    this.onerror?.();
  }

  #move(): void {
    const share = bytesPerMs / flying.size;
    const ms = Math.min(PROGRESS_MS, (this.#body.size - this.#sent) / share);
    this.#timer = setTimeout(() => {
      this.#sent += Math.ceil(ms * share);
      const loaded = Math.min(this.#sent, this.#body.size);
      this.upload.onprogress?.({ loaded });
      if (loaded < this.#body.size) return this.#move();
      this.upload.onload?.();
      void hold(this.#answer(), 0);
    }, ms);
  }

  async #answer(): Promise<void> {
    const { status, etag, body } = await store.put(
      this.#url,
      this.#headers,
      this.#body,
      this.#beganAt,
      checksumOf,
    );
    if (!flying.delete(this)) return;
    this.status = status;
    this.#etag = etag ?? null;
    this.responseText = body;
    this.onload?.();
  }
}
