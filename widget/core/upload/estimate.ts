/** How fast bytes leave the machine, and when the last one will have left. */

/** What may be shown about a transfer. Undefined: not known. */
export interface Forecast {
  readonly bytesPerSecond?: number | undefined;
  /** At least 1. */
  readonly secondsLeft?: number | undefined;
}

/** The first bytes after a break fill the machine's buffers, and say nothing about the line. */
const SETTLE_MS = 1000;
const HALF_LIFE_MS = 4000;
/** Measured for less than this, a rate is a guess. */
const LEAST_FOR_RATE_MS = 300;
/** Measured for less than this, a time is a guess. */
const LEAST_FOR_TIME_MS = 2000;
/** A shorter silence is usual on a slow line, whose buffers empty in steps. */
const SILENCE_MS = 2000;
/** After a longer break, such as a pause or a closed lid, the line may be another one. */
const LONGEST_BREAK_MS = 60_000;
/** The time left may grow if the line is slower by this factor … */
const CLEARLY = 1.25;
/** … and has been for this long. */
const SLOWER_MS = 10_000;
const LEAST_INTERVAL_MS = 50;
/** A line of 100 Mbit/s, until the real rate is known. */
const LIKELY_BYTES_PER_SECOND = 12_500_000;

/**
 * One rule for every rate and time left that is shown, of one upload and of all together:
 *
 * - They are unknown while nothing is meant to move, for a second after that, and until they have been
 *   measured for long enough.
 * - The time left rises for two reasons only: there is more to send (files were added or resumed, a
 *   request broke off, an upload began again), and then by no more than this takes; or the line has been
 *   clearly slower for ten seconds. Everything else is noise, and a number that goes up and down is not
 *   believed. It falls at once.
 * - A break does not count as slowness: what was known before it is hidden, and used again after it.
 */
export class Estimate {
  /** Sums of an average that fades; the weight makes up for the zero that it starts from. */
  #bytesPerMs = 0;
  #weight = 0;
  #measuredMs = 0;
  /** Undefined during a break. */
  #moved: number | undefined;
  #movedAt = 0;
  #settledAt: number | undefined;
  #lookedAt = -Infinity;
  #pending = 0;
  #secondsLeft: number | undefined;
  #slowerSince: number | undefined;

  /** The last good rate, in bytes per second, also during a break. */
  get lastBytesPerSecond(): number | undefined {
    if (this.#measuredMs < LEAST_FOR_RATE_MS) return undefined;
    return (this.#bytesPerMs / this.#weight) * 1000;
  }

  /**
   * True if the rest of a file cannot arrive by `end`, in Unix seconds. The rate goes up and down: once a
   * file is too slow (`wasMissed`), it has to become clearly faster.
   */
  misses(end: number, bytesLeft: number, wasMissed: boolean): boolean {
    // The last good rate: a pause, or a line that stands still, makes nothing faster.
    const bytesPerSecond = this.lastBytesPerSecond ?? LIKELY_BYTES_PER_SECOND;
    const seconds = (bytesLeft / bytesPerSecond) * (wasMissed ? CLEARLY : 1);
    return seconds > end - Date.now() / 1000;
  }

  /** Nothing is meant to move: everything waits, or stands still. */
  rest(): void {
    this.#moved = undefined;
  }

  /** `moved` counts the bytes that have ever left, `pending` those that have yet to leave. */
  look(moved: number, pending: number): Forecast {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAt > LONGEST_BREAK_MS) this.#forget();
    this.#lookedAt = nowMs;
    this.#measure(moved, nowMs);
    const rate = this.lastBytesPerSecond;
    const before = this.#pending;
    this.#pending = pending;
    if (!rate) return {};
    const secondsLeft =
      this.#measuredMs < LEAST_FOR_TIME_MS
        ? undefined
        : this.#withoutWobble(pending / rate, Math.max(0, pending - before) / rate, nowMs);
    const isSettled = this.#settledAt !== undefined && nowMs >= this.#settledAt;
    if (!pending || !isSettled) return {};
    const silentMs = Math.max(0, nowMs - this.#movedAt - SILENCE_MS);
    return {
      bytesPerSecond: Math.round(rate * 2 ** (-silentMs / HALF_LIFE_MS)) || undefined,
      secondsLeft: secondsLeft && Math.ceil(secondsLeft),
    };
  }

  #measure(moved: number, nowMs: number): void {
    if (this.#moved === undefined) {
      this.#moved = moved;
      this.#movedAt = nowMs;
      this.#settledAt = undefined;
    }
    const bytes = moved - this.#moved;
    const ms = nowMs - this.#movedAt;
    if (bytes <= 0 || ms < LEAST_INTERVAL_MS) return;
    this.#moved = moved;
    this.#movedAt = nowMs;
    this.#settledAt ??= nowMs + SETTLE_MS;
    if (nowMs < this.#settledAt) return;
    const decay = 2 ** (-ms / HALF_LIFE_MS);
    this.#bytesPerMs = this.#bytesPerMs * decay + (bytes / ms) * (1 - decay);
    this.#weight = this.#weight * decay + 1 - decay;
    this.#measuredMs += ms;
  }

  #withoutWobble(seconds: number, secondsMore: number, nowMs: number): number {
    const last = (this.#secondsLeft ?? seconds) + secondsMore;
    const isSlower = seconds > last * CLEARLY;
    this.#slowerSince = isSlower ? (this.#slowerSince ?? nowMs) : undefined;
    const isSlow = nowMs - (this.#slowerSince ?? nowMs) >= SLOWER_MS;
    if (isSlow) this.#slowerSince = undefined;
    return (this.#secondsLeft = isSlow ? seconds : Math.min(last, seconds));
  }

  #forget(): void {
    this.#bytesPerMs = this.#weight = this.#measuredMs = 0;
    this.#secondsLeft = this.#slowerSince = undefined;
    this.rest();
  }
}
