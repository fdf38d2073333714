/**
 * One request at a time writes to an upload, and only so many parts are in memory at once. Both hold
 * for the requests of one isolate; `position.ts` explains why two isolates do no harm.
 */
import { ProblemError } from '../problem.ts';

/** The right to write to one upload. */
export interface Turn {
  /** Tells that bytes have arrived. @throws ProblemError if another request has taken over. */
  moved(): void;
  end(): void;
}

/** Who writes to what. */
export interface Turns {
  /**
   * Waits a little for a request that writes to the same upload. One that has stalled loses its turn: its
   * client has probably gone, and come back with this request.
   *
   * @throws ProblemError `conflict` with status 423 while the other is at work.
   */
  take(name: string): Promise<Turn>;
  /** As `take`, for requests that only look. */
  wait(name: string): Promise<void>;
  /**
   * Reserves memory for a part.
   *
   * @returns a function that gives it back.
   * @throws ProblemError `rate_limited` if none becomes free soon.
   */
  reserve(bytes: number): Promise<() => void>;
}

const LOOK_AGAIN_MS = 100;
const WAITS_MS = 3000;
/** No byte for so long: the client is not there any more. */
const STALLED_MS = 10_000;
/**
 * Of the 128 MB that an isolate has: a part is copied once more while it is sent.
 * https://developers.cloudflare.com/workers/platform/limits/#memory
 */
const MEMORY_BYTES = 40 * 1024 * 1024;

/** @param now milliseconds since the epoch. */
export function createTurns(now: () => number): Turns {
  const writers = new Map<string, { movedAt: number; isOver: boolean }>();
  let reserved = 0;

  const isFree = (name: string): boolean => {
    const writer = writers.get(name);
    return !writer || now() - writer.movedAt > STALLED_MS;
  };

  return {
    async take(name) {
      const writer = { movedAt: 0, isOver: false };
      await untilFree(() => {
        if (!isFree(name)) return false;
        const other = writers.get(name);
        if (other) other.isOver = true;
        writer.movedAt = now();
        writers.set(name, writer);
        return true;
      });
      return {
        moved() {
          if (writer.isOver) {
            throw new ProblemError('conflict', 'Another request has taken over this upload.');
          }
          writer.movedAt = now();
        },
        end() {
          if (!writer.isOver) writers.delete(name);
        },
      };
    },
    wait: (name) => untilFree(() => isFree(name)),
    async reserve(bytes) {
      const tryReserve = (): boolean => {
        if (reserved > 0 && reserved + bytes > MEMORY_BYTES) return false;
        reserved += bytes;
        return true;
      };
      if (!(await comes(tryReserve))) {
        throw new ProblemError('rate_limited', 'Too many chunks at once: try again.', {
          retryAfter: 2,
        });
      }
      return () => {
        reserved -= bytes;
        bytes = 0;
      };
    },
  };
}

async function untilFree(isTrue: () => boolean): Promise<void> {
  if (await comes(isTrue)) return;
  throw new ProblemError('conflict', 'Another request is writing to this upload: try again.', {
    status: 423,
    retryAfter: 1,
  });
}

/**
 * Whether it becomes true soon. What finds something free also takes it, in one step: otherwise calls at
 * the same moment would all find it free. It is looked at again and again because workerd cancels a
 * request that waits for a promise of another one.
 */
async function comes(isTrue: () => boolean): Promise<boolean> {
  for (let waited = 0; !isTrue(); waited += LOOK_AGAIN_MS) {
    if (waited >= WAITS_MS) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return true;
}
