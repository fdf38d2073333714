import { unlessAborted } from './unless-aborted.ts';

/** When a read of a file hangs, and what is done then. */
export interface Hang {
  /** A read that takes longer hangs. */
  readonly afterMs: number;
  /** True while some read of the same file hangs. */
  readonly isHung: boolean;
  /** Called whenever the read hangs. Says whether to read once more. */
  onHang(): boolean;
}

/** A read that hangs is given up after so many times as long as it takes to hang, and made once more. */
export const HANG_TERMS = 6;

/** Reads until a read settles in time; the browser cannot end one that hangs, but another may succeed. */
export async function untilRead<T>(
  read: () => Promise<T>,
  { afterMs, onHang }: Hang,
  signal?: AbortSignal,
): Promise<T> {
  for (let terms = 1; ; terms = HANG_TERMS) {
    const late = AbortSignal.timeout(Math.ceil(terms * afterMs));
    try {
      return await unlessAborted(read(), AbortSignal.any([late, signal ?? late]));
    } catch (error) {
      if (signal?.aborted || !late.aborted || !onHang()) throw error;
    }
  }
}
