/**
 * Why a page never gets a signed PUT of a whole object. Apart from the profiles, because nothing that the
 * Worker does depends on it, and the Worker would be larger.
 */
import type { ProfileName } from './profile.ts';

const STANDARD_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;

/**
 * Unsigned headers that change the object of a signed PUT. Each was measured alone. Amazon documents
 * that it refuses unsigned `x-amz-…` headers, and only those. On a part they have no effect on any
 * store, because Create settles what the object is; the only exception is the one in copy-guard.ts.
 */
export const UNSIGNED_PUT_HEADERS: Readonly<Partial<Record<ProfileName, readonly string[]>>> = {
  'r2-local': ['x-amz-meta-*', ...STANDARD_HEADERS],
  minio: [
    'x-amz-tagging',
    'x-amz-storage-class',
    'x-amz-server-side-encryption',
    ...STANDARD_HEADERS,
  ],
  ceph: [
    'x-amz-acl',
    'x-amz-grant-*',
    'x-amz-tagging',
    'x-amz-meta-*',
    'x-object-meta-*',
    'x-amz-website-redirect-location',
    ...STANDARD_HEADERS,
  ],
  swift: ['x-object-meta-*', ...STANDARD_HEADERS],
};
