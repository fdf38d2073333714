/**
 * What each store can and cannot do, as data.
 *
 * A row states what was measured (MinIO of Feb 2026, Ceph RGW 16.2, Swift 2.30, wrangler 4.164's local
 * R2) or what the vendor documents (the others). Where neither was clear, the row says no: a checksum
 * that a store silently ignores is worse than no checksum.
 */
import { LARGEST_PART_BYTES } from '../protocol/plan.ts';
import type { Profile, ProfileName } from './profile.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const DAY_SECONDS = 86_400;

/** What nearly every S3 server can do: signed `content-length` and `Content-MD5` on parts, and ListParts. */
const generic: Profile = {
  name: 'generic',
  defaultRegion: 'us-east-1',
  defaultStyle: 'path',
  listParts: true,
  checksums: ['md5'],
  fallbackChecksum: null,
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
  signsSessions: false,
};

/** The profiles of all supported stores; `generic` is for any other. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  generic,
  /**
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. A form's fields have to be in
   * its policy (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
   * On a PUT only `x-amz-…` headers have to be signed
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
   * Measured. Accepts every ACL and ignores it, so the Worker refuses ACL settings. A form with an
   * additional field is refused with 403 `AccessDenied`; additional headers have no effect. Lists
   * uploads only by a complete key.
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
   * https://developers.cloudflare.com/r2/api/s3/api/ and /r2/platform/limits/. CRC64NVME of a whole
   * multipart object is documented since July 2025 (https://github.com/cloudflare/cloudflare-docs/pull/23443),
   * but has not been tried, so there is another algorithm in case of refusal. SHA checksums on a part
   * are answered with 501. If a part is sent again and fails, the earlier one is lost. Form POSTs are
   * not supported: /r2/api/s3/presigned-urls/.
   */
  r2: {
    ...generic,
    name: 'r2',
    defaultRegion: 'auto',
    listUploads: 'prefix',
    checksums: ['crc64nvme', 'crc32c', 'md5'],
    fallbackChecksum: 'crc32c',
    fullObjectChecksums: ['crc64nvme'],
    conditionalPut: true,
    maxPartBytes: LARGEST_PART_BYTES - 5 * MIB,
    maxObjectBytes: 5 * TIB - 5 * GIB,
    staleAfterSeconds: 7 * DAY_SECONDS,
    acl: false,
    tagging: false,
    sse: [],
    signsSessions: true,
  },
  /** The store of `wrangler dev`. Measured: ignores every `x-amz-checksum-*`, honours Content-MD5. */
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
   * Measured on 16.2, which ignores `x-amz-checksum-*`, and in a form also Content-MD5. Releases from
   * 20 on check CRC64NVME, so an operator may choose it. Refuses SSE without TLS, and drops the tags of
   * an upload in parts. Forms are as strict as MinIO's, but the store does not check their bytes.
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
    tagging: false,
    assumeRole: true,
  },
  /**
   * Measured. A conditional PUT is answered with 501; a conditional Complete works. The object is a
   * list of segments, which a part URL can overwrite as long as it is valid, by other bytes with the
   * same MD5 (such pairs are published). Copying the object onto itself would prevent this, but would
   * leave the segments behind forever. ACLs are kept, and open an object to other accounts that sign
   * their requests; without a signature nobody reads through S3.
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
  /** Measured on 2.5, and https://garagehq.deuxfleurs.fr/documentation/reference-manual/s3-compatibility/ */
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
  /** At most 1,000 parts: https://rclone.org/s3/#scaleway */
  scaleway: {
    ...generic,
    name: 'scaleway',
    defaultRegion: 'fr-par',
    md5ETags: true,
    maxParts: 1000,
  },
  /** Refuses the SDKs' checksums: https://www.backblaze.com/docs/cloud-storage-s3-compatible-api */
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

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}
