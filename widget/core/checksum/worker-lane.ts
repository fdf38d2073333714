import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createHashBlob, type HashBlob } from './hash-blob.ts';
import { algorithms, type Lane } from './lane.ts';

type Task = readonly [blob: Blob, algorithm: ChecksumAlgorithm];

/** The checksum, or the name and the message of the DOMException that reading gave. */
type Answer = string | readonly [name: string, message: string];

/**
 * A worker made from the source text of functions that refer to nothing outside themselves. So it
 * needs no file of its own and no bundler that knows of it, and it starts also where the bundle
 * came from another origin, whose scripts `new Worker` does not take.
 *
 * @throws whatever the browser throws where the page's policy forbids it. Most browsers fire
 *   `error` a moment later instead: then its first `hash` rejects.
 */
export function workerLane(): Lane {
  const worker = new Worker(workerUrl());
  return {
    hash: (...task) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => {
          if (typeof data === 'string') resolve(data);
          else reject(new DOMException(data[1], data[0]));
        };
        worker.onerror = (event) => {
          // Dealt with here: no news for the page's own error handler.
          event.preventDefault();
          reject(event);
        };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
        worker.postMessage(task satisfies Task);
      }),
    end: () => worker.terminate(),
  };
}

/** Runs in the worker. */
function serve(hash: HashBlob): void {
  onmessage = ({ data: [blob, algorithm] }: MessageEvent<Task>) => {
    hash(blob, algorithm, 1 << 21).then(postMessage, (error: unknown) => {
      if (error instanceof DOMException) return postMessage([error.name, error.message]);
      // Not the blob's fault but ours: outside of the promise it becomes the worker's error event.
      setTimeout(() => {
        throw error;
      });
    });
  };
}

function createScriptURL(): string {
  const factories = Object.entries(algorithms).map(([name, create]) => `${name}:${create}`);
  return URL.createObjectURL(
    new Blob([`(${serve})((${createHashBlob})({${factories}}))`], { type: 'text/javascript' }),
  );
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(input: string): string };
}

let url: string | undefined;

/**
 * Made once per page. Where the browser has Trusted Types it is a `TrustedScriptURL` of the policy
 * `s3-upload`, whose input is ignored, so that it can make no other URL.
 */
function workerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    url ??= trustedTypes?.createPolicy('s3-upload', { createScriptURL }).createScriptURL('');
  } catch {
    // The page does not allow the policy; its default policy may still take a string.
  }
  return (url ??= createScriptURL());
}
