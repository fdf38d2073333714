/**
 * Keeps a signed PUT a PUT. Many stores let a request carry `x-amz-…` headers that nobody signed, and
 * one of them, `x-amz-copy-source`, makes a copy of it: whoever holds a signed URL could so read any
 * object whose key they know into one of their own. So it is on MinIO of Feb 2026, Ceph RGW 16.2 and
 * wrangler 4.164's local R2 (measured), and was on RustFS (https://github.com/rustfs/rustfs/pull/7425);
 * Amazon S3 refuses headers that are not signed.
 */
import type { Profile } from '../profile.ts';

/**
 * Conditions that no copy meets and that no PUT minds. MinIO and R2 look at the first, RGW at the
 * second. Signed, they can be neither changed nor left out.
 */
const GUARD: Readonly<Record<string, string>> = {
  'x-amz-copy-source-if-match': '"none"',
  'x-amz-copy-source-range': 'none',
};

/** Headers to sign and send with a PUT to such a store. */
export function copyGuard({ takesUnsignedCopies }: Profile): Readonly<Record<string, string>> {
  return takesUnsignedCopies ? GUARD : {};
}
