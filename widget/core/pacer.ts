/** How many requests to the store are in flight, for all files together, and whose turn is next. */
import type { Job } from './job.ts';

interface Waiter {
  readonly job: Job;
  readonly host: string;
  readonly grant: () => void;
}

/** Of the requests that may be in flight, so many are from the start: four of six. */
const START = 2 / 3;
/** Where that many are allowed; trials go no lower either. */
const LEAST = 4;
/** Connections that a browser opens to one host on HTTP/1.1. */
const CONNECTIONS = 6;
const TERM_MS = 5000;
/** Terms between two trials, after one that did not help. */
const REST_TERMS = 6;

export class Pacer {
  /** The Worker's; where the store shares it, one connection is left to the Worker. */
  workerHost = '';
  #max = LEAST;
  #limit = LEAST;
  #isCalm = true;
  /** What trials have found to be enough. */
  #ceiling = Infinity;
  #step = -1;
  #isTrial = false;
  #rest = REST_TERMS;
  #before = 0;
  #bytes = 0;
  #since = 0;
  #inFlight = 0;
  #turn = 0;
  readonly #waiters: Waiter[] = [];
  readonly #hosts = new Map<string, number>();

  /** Requests in flight at most. Another number is begun with as the first was. */
  get max(): number {
    return this.#max;
  }

  set max(max: number) {
    if (max === this.#max) return;
    this.#max = max;
    this.#limit = Math.max(this.#limit, Math.min(max, LEAST), Math.round(max * START));
  }

  get limit(): number {
    return Math.min(this.#limit, this.#ceiling, this.#max);
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.limit;
  }

  /**
   * Settles with the slot's release once it is this request's turn. A file with fewer requests out
   * goes first, then the one that was served longest ago; within a file the order of asking counts,
   * but for what is to be sent again.
   *
   * @throws the signal's reason.
   */
  take(job: Job, url: string, signal: AbortSignal, isAgain: boolean): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const { host } = new URL(url);
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const release = () => {
        this.#count(job, host, -1);
        this.#serve();
      };
      const grant = () => {
        signal.removeEventListener('abort', leave);
        resolve(release);
      };
      const waiter = { job, host, grant };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', leave);
      this.#waiters[isAgain ? 'unshift' : 'push'](waiter);
      this.#serve();
    });
  }

  /** The first bytes of a request move: until something goes wrong, that is reason enough. */
  moved(): void {
    if (this.#isCalm) this.#speedUp();
  }

  /** A part is stored: the line is good for one more, as far as more have helped. */
  stored(): void {
    this.#speedUp();
  }

  /** Bytes have left: what all requests together carry says whether another number would do. */
  sent(bytes: number, nowMs = performance.now()): void {
    this.#bytes += bytes;
    const ms = nowMs - this.#since;
    // A line says something about a number only while it is that number, and has enough to send.
    const isFull = this.#inFlight === this.limit && this.#waiters.length > 0;
    if (isFull && ms < TERM_MS) return;
    if (isFull) this.#try(this.#bytes / ms);
    this.#since = nowMs;
    this.#bytes = 0;
  }

  /** The store asks for less, or does not answer. */
  slowDown(): void {
    this.#isCalm = false;
    this.#limit = Math.max(1, Math.floor(this.limit / 2));
  }

  #speedUp(): void {
    if (this.#limit < this.#max) this.#limit++;
    this.#serve();
  }

  /**
   * Now and then goes on with one fewer, or one more: it stays so where fewer cost less than half of
   * their share, or more bring at least that.
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
    while (this.hasRoom) {
      const next = this.#next();
      if (!next) return;
      const { job, host, grant } = next;
      this.#waiters.splice(this.#waiters.indexOf(next), 1);
      this.#count(job, host, 1);
      job.servedAt = ++this.#turn;
      grant();
    }
  }

  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    for (const waiter of this.#waiters) {
      const { job, host } = waiter;
      const room = CONNECTIONS - (host === this.workerHost ? 1 : 0);
      if ((this.#hosts.get(host) ?? 0) >= room) continue;
      const ahead = best ? job.flying - best.job.flying || job.servedAt - best.job.servedAt : -1;
      if (ahead < 0) best = waiter;
    }
    return best;
  }

  #count(job: Job, host: string, change: number): void {
    this.#inFlight += change;
    job.flying += change;
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + change);
  }
}
