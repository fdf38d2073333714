/** One request's speed before any is known: 8 Mbit/s. */
const ASSUMED_BYTES_PER_MS = 1024;
/** 32 kbit/s: slower lines are no lines. */
const LEAST_BYTES_PER_MS = 4;
const FADES_TO = 0.9;
/** Of what is expected, after each stall once more. */
const SHARE = 1 / 4;

/**
 * How fast single requests have been of late. A form POST tells of no progress, so how long it may
 * be silent is a matter of its size; what is patient enough for the slowest line would leave a dead
 * connection on a fast one alone for minutes.
 */
export class Pace {
  #bytesPerMs = ASSUMED_BYTES_PER_MS;

  /** The fastest count, and fade: small bodies take no longer than a round trip. */
  stored(bytes: number, ms: number): void {
    this.#bytesPerMs = Math.max(bytes / Math.max(1, ms), this.#bytesPerMs * FADES_TO);
  }

  /** A request that is slower has stalled. Each stall so far may have been a mistake. */
  least(stalls: number): number {
    return Math.max(LEAST_BYTES_PER_MS, this.#bytesPerMs * SHARE ** (stalls + 1));
  }
}
