const HALF_LIFE_MS = 2000;
/** A rate that is based on less time is a guess. */
const WARM_UP_MS = 300;

/** Bytes a second, smoothed with a half-life of two seconds. */
export class Rate {
  /** All bytes that were ever added. */
  total = 0;
  #bytes = 0;
  #weight = 0;
  #pending = 0;
  #since = performance.now();
  #seenMs = 0;

  add(bytes: number): void {
    this.total += bytes;
    this.#pending += bytes;
  }

  /** Undefined until it is known. The rate of a dead line falls, because silence counts too. */
  perSecond(): number | undefined {
    const nowMs = performance.now();
    const ms = nowMs - this.#since;
    if (ms >= 50) {
      const decay = 2 ** (-ms / HALF_LIFE_MS);
      this.#bytes = this.#bytes * decay + (this.#pending / ms) * (1 - decay);
      // The measured share of the average; dividing by it removes the zero that it started from.
      this.#weight = this.#weight * decay + 1 - decay;
      this.#seenMs += ms;
      this.#pending = 0;
      this.#since = nowMs;
    }
    return this.#seenMs < WARM_UP_MS ? undefined : (this.#bytes / this.#weight) * 1000;
  }
}
