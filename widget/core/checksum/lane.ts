import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createCrc32c } from './crc32c.ts';
import { createCrc64nvme } from './crc64nvme.ts';
import { createHashBlob } from './hash-blob.ts';
import { createMd5 } from './md5.ts';

/** Hashes one blob at a time. */
export interface Lane {
  /**
   * @returns base64 of the checksum.
   * @throws DOMException where the blob cannot be read; anything else means that the lane is dead.
   */
  hash(blob: Blob, algorithm: ChecksumAlgorithm): Promise<string>;
  /** Ends it at once; what it was doing may never settle. */
  end(): void;
}

export const algorithms = { crc64nvme: createCrc64nvme, crc32c: createCrc32c, md5: createMd5 };

const hashOnPage = createHashBlob(algorithms);

/** Hashes on the page, in steps that leave a slow phone time to draw: for where no worker starts. */
export function pageLane(): Lane {
  const ended = new AbortController();
  return {
    hash: (blob, algorithm) => hashOnPage(blob, algorithm, 1 << 19, ended.signal),
    end: () => ended.abort(),
  };
}
