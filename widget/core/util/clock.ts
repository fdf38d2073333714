/** A moment on both clocks of a page, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/**
 * Milliseconds since that moment, by the clock that shows more. The monotonic clock stops while a
 * laptop sleeps (Linux, macOS), and the wall clock jumps when it is set; taking the larger value, a
 * signed URL is thrown away too early rather than used too late.
 */
export function ageMs(since: Moment): number {
  return Math.max(performance.now() - since.monotonic, Date.now() - since.wall);
}
