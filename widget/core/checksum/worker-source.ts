/**
 * The hashing worker, made from the source text of functions that refer to nothing outside
 * themselves. So it needs no file of its own and no bundler that knows about it, and it starts
 * also where the bundle came from another origin (`new Worker` takes no cross-origin script).
 */
import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createCrc32c } from './crc32c.ts';
import { createCrc64nvme } from './crc64nvme.ts';
import { hashBlob } from './hash-blob.ts';
import type { Algorithm } from './hasher.ts';
import { createMd5 } from './md5.ts';

/** What the worker is asked. */
export interface Task {
  readonly blob: Blob;
  readonly algorithm: ChecksumAlgorithm;
}

/** What it answers: the value in base64, or the DOMException that reading gave. */
export type Answer =
  | { readonly checksum: string }
  | { readonly name: string; readonly message: string };

/** Runs in the worker. */
function serve(
  create: { [name in ChecksumAlgorithm]?: () => Algorithm },
  hash: typeof hashBlob,
): void {
  const ready: { [name in ChecksumAlgorithm]?: Algorithm | undefined } = {};
  onmessage = ({ data: { blob, algorithm } }: MessageEvent<Task>) => {
    const algorithmReady = (ready[algorithm] ??= create[algorithm]?.());
    hash(blob, algorithmReady?.(), 1 << 21).then(
      (checksum) => postMessage({ checksum }),
      (error: unknown) => {
        if (error instanceof DOMException) {
          return postMessage({ name: error.name, message: error.message });
        }
        // Not the file's fault but ours: thrown where it becomes the worker's error event.
        setTimeout(() => {
          throw error;
        });
      },
    );
  };
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(input: string): unknown };
}

let url: unknown;

/**
 * The worker's blob: URL, made once per page. A `TrustedScriptURL` where the browser has Trusted
 * Types and the page allows the policy `s3-upload`; it takes no input, so it can make no other URL.
 */
export function workerUrl(): unknown {
  return (url ??= trusted(() => URL.createObjectURL(new Blob([source()]))));
}

function source(): string {
  const create = `{crc64nvme:${createCrc64nvme},crc32c:${createCrc32c},md5:${createMd5}}`;
  // Bundlers that keep names call a helper of theirs inside every function.
  return `var __name=f=>f;(${serve})(${create},${hashBlob})`;
}

function trusted(createScriptURL: () => string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    if (trustedTypes) {
      return trustedTypes.createPolicy('s3-upload', { createScriptURL }).createScriptURL('');
    }
  } catch {
    // The page allows no such policy: its default policy may still take the string.
  }
  return createScriptURL();
}
