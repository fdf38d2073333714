import {
  createCrc,
  createMd5,
  createSha256,
  DISTANCES,
  POLYNOMIALS,
  type ChecksumAlgorithm,
} from '../../../worker/protocol.ts';
import { createFold } from './fold.ts';
import { createHash, type Hash } from './hash.ts';

/** Hashes one blob at a time, in a worker or on the page. */
export interface HashWorker<Job> {
  /** The job that it is doing. Only the pool uses this. */
  job?: Job | undefined;
  /**
   * @returns base64 of the checksum.
   * @throws DOMException if the blob cannot be read; any other error means that the worker has died.
   */
  hash(blob: Blob, algorithm: ChecksumAlgorithm): Promise<string>;
  /** Ends the worker at once. The promise of its job may never settle. */
  end(): void;
}

/** Without WebAssembly, because a policy that forbids workers usually forbids it too, and would report it. */
const hash = createHash(createCrc, createMd5, createSha256, POLYNOMIALS);

/** Hashes a few KiB at once: a worker takes longer to start. */
export function hashOnPage(blob: Blob, algorithm: ChecksumAlgorithm): Promise<string> {
  return hash(blob, algorithm, 2 ** 20);
}

/**
 * Hashes on the page, if no worker may start. A phone that hashes 40 MiB a second is busy for 25 ms
 * at a time.
 */
export function pageHasher<Job>(): HashWorker<Job> {
  let isOver = false;
  return {
    hash: (blob, algorithm) => hash(blob, algorithm, 2 ** 20, () => isOver),
    end() {
      isOver = true;
    },
  };
}

type Task = readonly [blob: Blob, algorithm: ChecksumAlgorithm];

/** The checksum, or the message and the name of the DOMException that reading gave. */
type Answer = string | readonly [message: string, name: string];

/**
 * Starts a worker from the source text of functions that refer to nothing outside themselves. It
 * therefore needs neither a file of its own nor support by a bundler, and it starts even if the
 * bundle came from another origin, whose scripts `new Worker` refuses.
 *
 * @throws what the browser throws if the page's policy forbids workers from blob: URLs, or from
 *   strings (Trusted Types). For blob: URLs most browsers fire `error` a moment later instead, and
 *   then `hash` rejects.
 */
export function startHashWorker<Job>(): HashWorker<Job> {
  const source = `(${serve})((${createHash})(${createCrc},${createMd5},${createSha256},${JSON.stringify(POLYNOMIALS)},${createFold},${JSON.stringify(DISTANCES)}))`;
  const url = URL.createObjectURL(new Blob([source]));
  const worker = new Worker(url);
  return {
    hash: (...task) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => {
          if (typeof data === 'string') resolve(data);
          else reject(new DOMException(...data));
        };
        worker.onerror = (event) => {
          // Handled here, so the page's own error handler need not see it.
          event.preventDefault();
          reject(event);
        };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
        worker.postMessage(task satisfies Task);
      }),
    end() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Runs in the worker. */
function serve(hash: Hash): void {
  onmessage = ({ data: [blob, algorithm] }: MessageEvent<Task>) => {
    hash(blob, algorithm, 2 ** 23).then(postMessage, (error: unknown) => {
      if (error instanceof DOMException) return postMessage([error.message, error.name]);
      // A fault of this code. Thrown outside the promise, it becomes the worker's error event.
      setTimeout(() => {
        throw error;
      });
    });
  };
}
