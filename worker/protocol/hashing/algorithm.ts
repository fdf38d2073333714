/**
 * A checksum as three steps. Its factory refers to nothing outside itself, because the factory's
 * source text also runs in the hashing worker.
 */
export interface Algorithm {
  /** The state before the first byte. */
  start(): Int32Array<ArrayBuffer>;
  /**
   * Takes the bytes `from`..`to` into the state, a multiple of 64 of them; best in calls of a few
   * KiB. V8 optimises a function that is called often better than a long loop that it must replace
   * while it runs: table reads need no pointers from memory, and hashing is up to three times as
   * fast.
   */
  update(state: Int32Array, view: DataView, from: number, to: number): void;
  /**
   * Takes the last bytes, fewer than 64, of `total` in all. All machines with a browser are
   * little-endian.
   *
   * @returns the value in network byte order, as S3's headers have it.
   */
  finish(state: Int32Array<ArrayBuffer>, rest: Uint8Array, total: number): Uint8Array;
}
