/** Speed of one request before any is known, in bytes per millisecond: 8 Mbit/s. */
const ASSUMED_BYTES_PER_MS = 1024;
/** A request below 32 kbit/s has stalled on any line. */
const LEAST_BYTES_PER_MS = 4;
/** Share of the known speed that is kept when a request was slower. */
const FADES_TO = 0.9;
/** Share of the expected speed below which a request has stalled; applied again after each stall. */
const SHARE = 1 / 4;

/** After a stall that followed the last byte, so many times as long is waited in addition. */
const STALLED_TIMES = 3;
const LONGEST_ANSWER_MS = 600_000;

/**
 * How fast single requests have been of late. A form POST reports no progress, so the time that it
 * may take depends on its size. A limit that suits the slowest line would leave a dead connection on
 * a fast line unnoticed for minutes.
 */
export class ExpectedSpeed {
  /** A request has reported a part of its body as sent: no service worker hides progress. */
  isProgressSeen = false;
  #bytesPerMs = ASSUMED_BYTES_PER_MS;
  #answerMs = 0;

  /** Time in milliseconds, beyond the usual term, that the store may take to answer after the last byte. */
  get answerMs(): number {
    return this.#answerMs;
  }

  /**
   * Learns from a request that was stored. The fastest request counts, and fades slowly: a small body
   * takes no longer than a round trip, and says little about the line.
   */
  stored(bytes: number, ms: number): void {
    this.#bytesPerMs = Math.max(bytes / Math.max(1, ms), this.#bytesPerMs * FADES_TO);
  }

  /**
   * Learns how long an answer came, or did not come, after the last byte. A proxy that takes a body at
   * once passes it on while the request seems to stand still, as long for the next part as for this one.
   */
  awaited(ms: number, isStalled: boolean): void {
    const allowedMs = isStalled ? Math.min(ms * STALLED_TIMES, LONGEST_ANSWER_MS) : ms;
    this.#answerMs = Math.max(allowedMs, this.#answerMs * FADES_TO);
  }

  /** Bytes per millisecond below which a request has stalled. Each earlier stall may have been a mistake. */
  least(stalls: number): number {
    return Math.max(LEAST_BYTES_PER_MS, this.#bytesPerMs * SHARE ** (stalls + 1));
  }
}
