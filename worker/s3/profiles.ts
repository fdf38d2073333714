/**
 * What stores can and cannot do, as data: code asks the profile and never which store it is.
 *
 * A row says what was measured (MinIO of Feb 2026, Ceph RGW 16.2, Swift 2.30, wrangler 4.164's local
 * R2) or what the vendor documents (the rest). Where neither was clear it says no: a checksum that a
 * store quietly ignores is worse than one that it was not asked for.
 */
import { LARGEST_PART_BYTES } from '../protocol/plan.ts';
import type { ChecksumAlgorithm } from '../protocol.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const DAY_SECONDS = 86_400;

export type ProfileName =
  | 'aws'
  | 'minio'
  | 'r2'
  | 'r2-local'
  | 'ceph'
  | 'swift'
  | 'garage'
  | 'scaleway'
  | 'b2'
  | 'generic';

/** One kind of store. Sizes in bytes. */
export interface Profile {
  readonly name: ProfileName;
  /** What the region is where the operator names none. */
  readonly defaultRegion: string;
  readonly defaultStyle: 'path' | 'virtual';
  /** ListParts is there. Without it the Worker has to keep receipts of the parts. */
  readonly listParts: boolean;
  /** Algorithms that the store checks in a presigned part, the best first. */
  readonly checksums: readonly ChecksumAlgorithm[];
  /** Algorithms whose whole-object value the store checks at Complete and returns on HEAD. */
  readonly fullObjectChecksums: readonly ChecksumAlgorithm[];
  /** Complete wants each part's checksum where Create named an algorithm. */
  readonly completeNeedsChecksums: boolean;
  /** The ETag of an object is the MD5 of its bytes, or of its parts' MD5s. */
  readonly md5ETags: boolean;
  /** `If-None-Match: *` on PutObject. */
  readonly conditionalPut: boolean;
  /** `If-None-Match: *` on CompleteMultipartUpload. */
  readonly conditionalComplete: boolean;
  /** `x-amz-mp-object-size` on CompleteMultipartUpload. */
  readonly objectSizeHeader: boolean;
  /** Form POST with a policy. */
  readonly postPolicy: boolean;
  /**
   * A form changes nothing about the object that its policy does not name: a field that is not named
   * is refused, and the headers of the request do not count. No signed PUT is like that: each store
   * takes some headers that nobody signed (see `UNSIGNED_PUT_HEADERS`), so a page never gets one.
   */
  readonly strictForms: boolean;
  /** Algorithms of `checksums` that the store also checks in a form. */
  readonly formChecksums: readonly ChecksumAlgorithm[];
  /**
   * SHA-256 is bound by `x-amz-content-sha256`, which a presigned URL signs as a header and as the
   * hash of its payload, and not by `x-amz-checksum-sha256`.
   */
  readonly payloadSha256: boolean;
  /** A form is answered with an ETag header; Uppy 5 waits for one for ever. */
  readonly formETags: boolean;
  /** A header that nobody has signed makes a copy of a signed PUT: see copy-guard.ts. */
  readonly takesUnsignedCopies: boolean;
  /** A part URL still works after Complete, and what it brings becomes part of the object. */
  readonly takesPartsAfterComplete: boolean;
  /**
   * ListMultipartUploads: by any prefix, or only by a whole key; null where there is none, and what
   * nobody remembers is left to a rule of the bucket.
   */
  readonly listUploads: 'prefix' | 'key' | null;
  readonly minPartBytes: number;
  readonly maxPartBytes: number;
  readonly maxParts: number;
  readonly maxObjectBytes: number;
  /**
   * How long the store keeps an unfinished upload after it was begun, whatever arrives meanwhile. Null:
   * without end, unless the bucket has a rule, which S3_ABORTS_AFTER names.
   */
  readonly staleAfterSeconds: number | null;
  readonly acl: boolean;
  readonly tagging: boolean;
  readonly storageClass: boolean;
  readonly sse: readonly ('AES256' | 'aws:kms')[];
  /** STS AssumeRole with session policies. */
  readonly assumeRole: boolean;
}

const STANDARD_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;

/**
 * What nearly every S3 server does: signed `content-length` and `Content-MD5` on parts, ListParts,
 * and nothing else.
 */
const generic: Profile = {
  name: 'generic',
  defaultRegion: 'us-east-1',
  defaultStyle: 'path',
  listParts: true,
  checksums: ['md5'],
  fullObjectChecksums: [],
  completeNeedsChecksums: false,
  md5ETags: false,
  conditionalPut: false,
  conditionalComplete: false,
  objectSizeHeader: false,
  postPolicy: false,
  strictForms: false,
  formChecksums: [],
  payloadSha256: false,
  formETags: true,
  takesUnsignedCopies: true,
  takesPartsAfterComplete: true,
  listUploads: 'key',
  minPartBytes: 5 * MIB,
  maxPartBytes: LARGEST_PART_BYTES,
  maxParts: 10_000,
  maxObjectBytes: 5 * TIB,
  staleAfterSeconds: null,
  acl: true,
  tagging: true,
  storageClass: true,
  sse: ['AES256', 'aws:kms'],
  assumeRole: false,
};

/** Every store this project knows; `generic` for those it does not. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  generic,
  /**
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. A form's fields have to be in
   * its policy (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
   * Of a PUT's headers only `x-amz-…` have to be signed
   * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
   */
  aws: {
    ...generic,
    name: 'aws',
    takesUnsignedCopies: false,
    takesPartsAfterComplete: false,
    listUploads: 'prefix',
    strictForms: true,
    defaultStyle: 'virtual',
    checksums: ['crc64nvme', 'crc32c', 'sha256', 'md5'],
    fullObjectChecksums: ['crc64nvme', 'crc32c'],
    conditionalPut: true,
    conditionalComplete: true,
    objectSizeHeader: true,
    postPolicy: true,
    formChecksums: ['crc64nvme', 'crc32c', 'sha256', 'md5'],
    maxObjectBytes: 10_000 * LARGEST_PART_BYTES,
    assumeRole: true,
  },
  /**
   * Measured. Accepts every ACL and ignores it: asking for one is refused here, not dropped. A form
   * with one field more is 403 `AccessDenied`, with headers it is what it was without. It lists the
   * uploads of a whole key only.
   */
  minio: {
    ...generic,
    name: 'minio',
    takesPartsAfterComplete: false,
    strictForms: true,
    checksums: ['crc64nvme', 'crc32c', 'sha256', 'md5'],
    fullObjectChecksums: ['crc64nvme', 'crc32c'],
    completeNeedsChecksums: true,
    md5ETags: true,
    conditionalPut: true,
    conditionalComplete: true,
    postPolicy: true,
    formChecksums: ['crc64nvme', 'crc32c', 'sha256', 'md5'],
    staleAfterSeconds: DAY_SECONDS,
    acl: false,
    assumeRole: true,
  },
  /**
   * https://developers.cloudflare.com/r2/api/s3/api/ and /r2/platform/limits/. SHA checksums on a
   * part are answered 501; a part that is sent again and fails destroys the one that was there.
   */
  r2: {
    ...generic,
    name: 'r2',
    defaultRegion: 'auto',
    listUploads: 'prefix',
    checksums: ['crc32c', 'md5'],
    conditionalPut: true,
    maxPartBytes: LARGEST_PART_BYTES - 5 * MIB,
    maxObjectBytes: 5 * TIB - 5 * GIB,
    staleAfterSeconds: 7 * DAY_SECONDS,
    acl: false,
    tagging: false,
    sse: [],
  },
  /** What `wrangler dev` serves (measured): ignores every `x-amz-checksum-*`, honours Content-MD5. */
  'r2-local': {
    ...generic,
    name: 'r2-local',
    defaultRegion: 'auto',
    listParts: false,
    listUploads: null,
    takesPartsAfterComplete: false,
    conditionalPut: true,
    maxObjectBytes: 5 * TIB - 5 * GIB,
    acl: false,
    tagging: false,
    storageClass: false,
    sse: [],
  },
  /**
   * Measured on 16.2, which ignores `x-amz-checksum-*`, and in a form Content-MD5 too; releases from
   * 20 on check CRC64NVME, so an operator may choose it. Without TLS it refuses SSE. Its forms are
   * strict as MinIO's are, but check no bytes.
   */
  ceph: {
    ...generic,
    name: 'ceph',
    formETags: false,
    checksums: ['md5', 'crc64nvme', 'crc32c', 'sha256'],
    md5ETags: true,
    conditionalPut: true,
    postPolicy: true,
    strictForms: true,
    payloadSha256: true,
    takesPartsAfterComplete: false,
    listUploads: 'prefix',
    assumeRole: true,
  },
  /**
   * Measured. Conditional PUT is answered 501, conditional Complete works. The object is a list of
   * segments, which a kept part URL writes again: other bytes of the same MD5, of which pairs are
   * published, take their place. A copy of the object onto itself would end that, and leave the
   * segments behind for good.
   */
  swift: {
    ...generic,
    name: 'swift',
    takesUnsignedCopies: false,
    listUploads: 'prefix',
    md5ETags: true,
    conditionalComplete: true,
    tagging: false,
    storageClass: false,
    sse: [],
  },
  /** https://garagehq.deuxfleurs.fr/documentation/reference-manual/s3-compatibility/ */
  garage: {
    ...generic,
    name: 'garage',
    takesUnsignedCopies: false,
    defaultRegion: 'garage',
    checksums: ['crc32c', 'sha256', 'md5'],
    md5ETags: true,
    acl: false,
    tagging: false,
    storageClass: false,
    sse: [],
  },
  /** A thousand parts, as rclone has it: https://rclone.org/s3/#scaleway */
  scaleway: {
    ...generic,
    name: 'scaleway',
    defaultRegion: 'fr-par',
    md5ETags: true,
    maxParts: 1000,
  },
  /** https://www.backblaze.com/docs/cloud-storage-s3-compatible-api: refuses the SDKs' checksums. */
  b2: {
    ...generic,
    name: 'b2',
    takesUnsignedCopies: false,
    maxObjectBytes: 10 * TIB,
    acl: false,
    tagging: false,
    storageClass: false,
    sse: ['AES256'],
  },
};

/**
 * Headers that change the object of a signed PUT though nobody signed them; measured, each alone.
 * Amazon documents that it refuses the `x-amz-…` ones and no others. On a part none of them does
 * anything on any store, since Create has said what the object is; but for the one of copy-guard.ts.
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

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}
