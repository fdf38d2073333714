/**
 * Keeps a signed PUT from becoming a copy. Many stores accept unsigned `x-amz-…` headers, and one of
 * them, `x-amz-copy-source`, turns the PUT into a copy: with a signed URL, a caller could copy any
 * object whose key they know into an object of their own. Measured on MinIO of Feb 2026, Ceph RGW 16.2
 * and wrangler 4.164's local R2; fixed in RustFS (https://github.com/rustfs/rustfs/pull/7425). Amazon S3
 * refuses unsigned headers.
 */
import type { Profile } from './profile.ts';

/**
 * Conditions that no copy can meet and that a PUT ignores. MinIO and R2 check the first, RGW the second.
 * Because they are signed, they can be neither changed nor left out.
 */
const GUARD: Readonly<Record<string, string>> = {
  'x-amz-copy-source-if-match': '"none"',
  'x-amz-copy-source-range': 'none',
};

/** Headers to sign and send with a PUT; empty for stores that need no guard. */
export function copyGuard({ takesUnsignedCopies }: Profile): Readonly<Record<string, string>> {
  return takesUnsignedCopies ? GUARD : {};
}
