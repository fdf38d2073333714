/** What a kind of store can and cannot do. Code asks the profile, never which store it is. */
import type { ChecksumAlgorithm } from '../protocol.ts';

/** The stores that `PROFILES` describes; `generic` assumes the least. */
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
  /** The region if the operator names none. */
  readonly defaultRegion: string;
  readonly defaultStyle: 'path' | 'virtual';
  /** Whether ListParts works. Otherwise the Worker keeps receipts of the parts. */
  readonly listParts: boolean;
  /** Algorithms that the store checks in a presigned part, best first. */
  readonly checksums: readonly ChecksumAlgorithm[];
  /**
   * The algorithm to use after the store has refused to begin an upload with the first of `checksums`.
   * Null: that one is known to work.
   */
  readonly fallbackChecksum: ChecksumAlgorithm | null;
  /** Algorithms whose whole-object checksum the store checks at Complete and returns on HEAD. */
  readonly fullObjectChecksums: readonly ChecksumAlgorithm[];
  /** Whether Complete needs each part's checksum if Create named an algorithm. */
  readonly completeNeedsChecksums: boolean;
  /** Whether an object's ETag is the MD5 of its bytes, or of its parts' MD5s. */
  readonly md5ETags: boolean;
  /** Whether PutObject honours `If-None-Match: *`. */
  readonly conditionalPut: boolean;
  /** Whether CompleteMultipartUpload honours `If-None-Match: *`. */
  readonly conditionalComplete: boolean;
  /** Whether CompleteMultipartUpload checks `x-amz-mp-object-size`. */
  readonly objectSizeHeader: boolean;
  /** Whether the store accepts a form POST with a policy. */
  readonly postPolicy: boolean;
  /**
   * Whether a form can set nothing on the object that its policy does not name: other fields are
   * refused, and request headers are ignored. This never holds for a signed PUT: every store accepts
   * some unsigned headers (see unsigned-put-headers.ts), so a page never gets one.
   */
  readonly strictForms: boolean;
  /** Algorithms of `checksums` that the store also checks in a form. */
  readonly formChecksums: readonly ChecksumAlgorithm[];
  /**
   * Whether SHA-256 is bound by `x-amz-content-sha256`, which a presigned URL signs as a header and as
   * its payload hash, instead of by `x-amz-checksum-sha256`.
   */
  readonly payloadSha256: boolean;
  /** Whether the answer to a form has an ETag header. Without one, Uppy 5 never finishes. */
  readonly formETags: boolean;
  /** Whether an unsigned header turns a signed PUT into a copy: see copy-guard.ts. */
  readonly takesUnsignedCopies: boolean;
  /** Whether a part URL still works after Complete and changes the object. */
  readonly takesPartsAfterComplete: boolean;
  /**
   * How ListMultipartUploads works: by any prefix, or only by a complete key. Null: not at all; then
   * only a lifecycle rule of the bucket removes orphaned uploads.
   */
  readonly listUploads: 'prefix' | 'key' | null;
  readonly minPartBytes: number;
  readonly maxPartBytes: number;
  readonly maxParts: number;
  readonly maxObjectBytes: number;
  /**
   * How long the store keeps an unfinished upload after Create, whatever arrives meanwhile. Null:
   * forever, unless the bucket has a rule, which S3_ABORTS_AFTER names.
   */
  readonly staleAfterSeconds: number | null;
  readonly acl: boolean;
  readonly tagging: boolean;
  readonly storageClass: boolean;
  readonly sse: readonly ('AES256' | 'aws:kms')[];
  /** Whether STS AssumeRole works with session policies. */
  readonly assumeRole: boolean;
  /** Whether the holder of long-lived keys signs temporary ones itself: see r2-session.ts. */
  readonly signsSessions: boolean;
}
