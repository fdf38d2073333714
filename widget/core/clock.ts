/** A moment on both clocks of a page. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/**
 * Milliseconds since then, by the clock that says more. The monotonic one stands still while a
 * laptop sleeps (Linux, macOS), the wall clock jumps when it is set; either way a signed URL is
 * taken for too old rather than for good.
 */
export function ageMs(since: Moment): number {
  return Math.max(performance.now() - since.monotonic, Date.now() - since.wall);
}
