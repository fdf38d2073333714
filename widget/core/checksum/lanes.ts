/** Where a blob is hashed: in a worker of ours, or on the page where no worker may start. */
import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createCrc32c } from './crc32c.ts';
import { createCrc64nvme } from './crc64nvme.ts';
import { hashBlob } from './hash-blob.ts';
import type { Algorithm } from './hasher.ts';
import { createMd5 } from './md5.ts';
import { type Answer, type Task, workerUrl } from './worker-source.ts';

/** Hashes one blob at a time. */
export interface Lane {
  /** Rejects with a DOMException where the blob cannot be read, with {@link LaneDied} else. */
  run(blob: Blob, algorithm: ChecksumAlgorithm): Promise<string>;
  /** Ends it; what runs is forgotten and never settles. */
  end(): void;
}

/** The worker ended without an answer; `started` tells whether it had ever given one. */
export class LaneDied extends Error {
  override readonly name = 'LaneDied';
  readonly started: boolean;
  constructor(started: boolean, cause: unknown) {
    super('The hashing worker ended without an answer.', { cause });
    this.started = started;
  }
}

/** @throws whatever the browser throws where the page's policy forbids blob: workers. */
export function workerLane(): Lane {
  const worker = new Worker(workerUrl() as string);
  let started = false;
  return {
    run: (blob, algorithm) =>
      new Promise((resolve, reject) => {
        const task: Task = { blob, algorithm };
        worker.onmessage = ({ data }: MessageEvent<Answer>) => {
          started = true;
          if ('checksum' in data) resolve(data.checksum);
          else reject(new DOMException(data.message, data.name));
        };
        const died = (event: Event) => {
          // Handled here: the page's own error handler has nothing to do with it.
          event.preventDefault();
          reject(new LaneDied(started, event));
        };
        worker.onerror = died;
        worker.onmessageerror = died;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Worker has none
        worker.postMessage(task);
      }),
    end: () => worker.terminate(),
  };
}

/** Small enough that a phone ten times slower than a desktop draws its frames in between. */
const PAGE_STEP_BYTES = 512 * 1024;

/** Hashes in steps on the page; slower, and nothing else is different. */
export function pageLane(): Lane {
  const create = { crc64nvme: createCrc64nvme, crc32c: createCrc32c, md5: createMd5 };
  const ready: { [name in ChecksumAlgorithm]?: Algorithm } = {};
  const ended = new AbortController();
  return {
    run(blob, algorithm) {
      if (algorithm !== 'sha256') ready[algorithm] ??= create[algorithm]();
      return hashBlob(blob, ready[algorithm]?.(), PAGE_STEP_BYTES, ended.signal);
    },
    end: () => ended.abort(),
  };
}
