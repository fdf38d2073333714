/**
 * How many requests to the store are in flight, for all files together, and which of them is next.
 */
import { Drops } from './drops.ts';

interface Sharing {
  readonly isStuck: boolean;
  /** Requests that it takes. */
  readonly count: number;
}

/** One upload's share of the requests, by which every upload gets its turn. */
export class Share {
  /** The upload, as far as it decides which slots it gets. */
  readonly upload: Sharing;
  inFlight = 0;
  /** The turn in which it last got a slot; 0 before the first. */
  lastTurn = 0;

  constructor(upload: Sharing) {
    this.upload = upload;
  }
}

interface Waiter {
  readonly share: Share;
  readonly host: string;
  readonly grant: () => void;
}

/** Start with two thirds of the maximum: four requests of six. */
const START = 2 / 3;
/** Never go below this number, if the maximum allows it. */
const LEAST = 4;
/** Connections that a browser opens to one host on HTTP/1.1. */
const CONNECTIONS = 6;
/**
 * Files of one request go two at a time until something shows that the line has room for more. Four
 * overflow the queue of a line of 1 Mbit/s, and recovering takes a second.
 */
const SINGLES = 2;
/**
 * A request that, after its first second, sends less in each millisecond shows no room: two such fill a
 * thin line, where each has TCP's first window under way (https://www.rfc-editor.org/rfc/rfc6928).
 */
const THIN_BYTES_PER_MS = 128;
const SETUP_MS = 1000;
/** Throughput is measured over terms of this length. */
const TERM_MS = 5000;
/** Terms between two trials, after one that did not help. */
const REST_TERMS = 6;

export class Concurrency {
  /** Host of the Worker. If the store shares it, one connection is left to the Worker. */
  workerHost = '';
  readonly drops = new Drops();
  #max = LEAST;
  #limit = LEAST;
  #isCalm = true;
  /** Number of requests that trials have found to be enough. */
  #ceiling = Infinity;
  #step = -1;
  #isTrial = false;
  #rest = REST_TERMS;
  #before = 0;
  #bytes = 0;
  #since = 0;
  #inFlight = 0;
  /** Files of one request that are in flight. */
  #singles = 0;
  /** Until something shows that the line has room. */
  #isThin = true;
  /** Slots of stuck uploads that pause: others use them meanwhile. */
  #lent = 0;
  #turn = 0;
  readonly #waiters: Waiter[] = [];
  readonly #hosts = new Map<string, number>();

  /** Requests in flight at most. A new maximum raises the limit as the first one did. */
  get max(): number {
    return this.#max;
  }

  set max(max: number) {
    if (max === this.#max) return;
    this.#max = max;
    this.#limit = Math.max(this.#limit, Math.min(max, LEAST), Math.round(max * START));
  }

  get limit(): number {
    return Math.min(this.#limit, this.#ceiling, this.#max, this.drops.most);
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.limit;
  }

  /**
   * Resolves with a function that gives the slot back, once it is this request's turn. A file with
   * fewer requests in flight goes first, then the one that was served longest ago. Within a file,
   * requests that are sent again go first, then those that asked first.
   *
   * @throws the signal's reason.
   */
  take(share: Share, url: string, signal: AbortSignal, isAgain: boolean): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const { host } = new URL(url);
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const release = () => {
        this.#count(share, host, -1);
        this.#serve();
      };
      const grant = () => {
        signal.removeEventListener('abort', leave);
        resolve(release);
      };
      const waiter = { share, host, grant };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', leave);
      this.#waiters[isAgain ? 'unshift' : 'push'](waiter);
      this.#serve();
    });
  }

  /**
   * Lends the slot of a request to `url`, which pauses, to uploads that are not stuck. Returns a function
   * that takes it back.
   */
  lend(url: string): () => void {
    const { host } = new URL(url);
    const count = (change: number) => {
      this.#lent += change;
      this.#hosts.set(host, (this.#hosts.get(host) ?? 0) - change);
    };
    count(1);
    this.#serve();
    return () => count(-1);
  }

  /** The first bytes of a request have moved. Until something goes wrong, that allows one more. */
  moved(): void {
    this.#isThin = false;
    if (this.#isCalm) this.#speedUp();
  }

  /**
   * A part of so many bytes is stored: one more request is allowed, up to what trials have found to be
   * enough.
   */
  stored(bytes: number, ms: number): void {
    this.drops.stored();
    if (bytes > (ms - SETUP_MS) * THIN_BYTES_PER_MS) this.#isThin = false;
    this.#speedUp();
  }

  /**
   * A request has lost bytes because the line dropped; it began after `drops` drops. Requests that
   * were in flight together are lost together, and count as one drop. A stuck upload is to blame
   * itself as long as others store parts.
   */
  lost(share: Share, drops: number): void {
    if (drops < this.drops.count || (share.upload.isStuck && this.drops.hasStored)) return;
    this.drops.add(this.limit);
  }

  /** Bytes have been sent: total throughput decides whether another number of requests is tried. */
  sent(bytes: number, nowMs = performance.now()): void {
    this.#bytes += bytes;
    this.drops.sent(bytes);
    const ms = nowMs - this.#since;
    // A measurement counts only while the limit is used up and more requests are waiting.
    const isFull = this.#inFlight === this.limit && this.#waiters.length > 0;
    if (isFull && ms < TERM_MS) return;
    if (isFull) this.#try(this.#bytes / ms);
    this.#since = nowMs;
    this.#bytes = 0;
  }

  /** The store asks for fewer requests, or does not answer. */
  slowDown(): void {
    this.#isCalm = false;
    this.#limit = Math.max(1, Math.floor(this.limit / 2));
  }

  #speedUp(): void {
    if (this.#limit < this.#max) this.#limit++;
    this.#serve();
  }

  /**
   * Now and then tries one request fewer, or one more. Fewer are kept if they cost less than half of
   * their share of the throughput, more if they bring at least that.
   */
  #try(bytesPerMs: number): void {
    if (this.#isTrial) {
      this.#isTrial = false;
      if (bytesPerMs > this.#before * (1 + this.#step / 2 / this.#ceiling)) return;
      this.#ceiling -= this.#step;
      this.#step = -this.#step;
      this.#rest = REST_TERMS;
    } else if (--this.#rest < 0) {
      const ceiling = Math.min(this.#ceiling, this.#max) + this.#step;
      this.#isTrial = ceiling >= LEAST && ceiling <= this.#max;
      if (this.#isTrial) this.#ceiling = ceiling;
      else this.#step = -this.#step;
      this.#before = bytesPerMs;
    }
  }

  #serve(): void {
    for (;;) {
      const next = this.#next();
      if (!next) return;
      const { share, host, grant } = next;
      this.#waiters.splice(this.#waiters.indexOf(next), 1);
      this.#count(share, host, 1);
      share.lastTurn = ++this.#turn;
      grant();
    }
  }

  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    for (const waiter of this.#waiters) {
      const { share, host } = waiter;
      const lent = share.upload.isStuck ? 0 : this.#lent;
      if (this.#inFlight - lent >= this.limit) continue;
      const room = CONNECTIONS - (host === this.workerHost ? 1 : 0);
      if ((this.#hosts.get(host) ?? 0) >= room) continue;
      if (this.#isThin && isSingle(share) && this.#singles - lent >= SINGLES) continue;
      const order = best
        ? share.inFlight - best.share.inFlight || share.lastTurn - best.share.lastTurn
        : -1;
      if (order < 0) best = waiter;
    }
    return best;
  }

  #count(share: Share, host: string, change: number): void {
    this.#inFlight += change;
    if (isSingle(share)) this.#singles += change;
    share.inFlight += change;
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + change);
  }
}

function isSingle({ upload }: Share): boolean {
  return upload.count === 1;
}
