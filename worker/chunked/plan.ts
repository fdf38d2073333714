/** How a file that comes in chunks is divided into parts. */
import { ProblemError } from '../problem.ts';
import type { Plan } from '../protocol.ts';
import type { Profile } from '../s3/profile.ts';

const MIB = 1024 * 1024;

/** A part is held in memory until it is full, so it cannot be as large as one that is streamed. */
const LARGEST_PART_BYTES = 16 * MIB;

/** The largest file that can come in chunks: 156 GiB in 10,000 parts. */
export function largestChunkedFile({ maxParts, maxObjectBytes }: Profile): number {
  return Math.min(maxParts * LARGEST_PART_BYTES, maxObjectBytes);
}

/**
 * Equal parts, as R2 wants them, and as small as the store takes them: so the tail stays small, and
 * little is lost when a connection breaks. An empty file has one part.
 *
 * @throws ProblemError `too_large`.
 */
export function chunkedPlan(bytes: number, profile: Profile): Plan & { kind: 'multipart' } {
  const most = largestChunkedFile(profile);
  if (bytes > most) {
    throw new ProblemError('too_large', `A file that comes in chunks has at most ${most} bytes.`, {
      field: 'bytes',
    });
  }
  const needed = Math.max(profile.minPartBytes, bytes / profile.maxParts);
  const partBytes = Math.ceil(needed / MIB) * MIB;
  return { kind: 'multipart', bytes, partBytes, parts: Math.max(1, Math.ceil(bytes / partBytes)) };
}
