/** Checksums as both halves exchange them: base64 of the bytes in network order. */

/** The checksum that a store verifies for each part. Null stands for no checksum. */
export type ChecksumAlgorithm = 'crc64nvme' | 'crc32c' | 'md5' | 'sha256';

/** What the checksum of a whole file may be: what S3 knows, as far as it can be computed here. */
export type WholeAlgorithm = ChecksumAlgorithm | 'crc32' | 'sha1';

/** Checksum of a whole file. */
export interface WholeChecksum {
  readonly algorithm: WholeAlgorithm;
  /** Base64 of the bytes in network order. */
  readonly value: string;
}

/** A checksum that holds for the stored file. */
export interface VerifiedChecksum extends WholeChecksum {
  /** See `verifiedBy` of a result. */
  readonly verifiedBy: 'store' | 'worker';
}

/** Length of a value in bytes. */
export const CHECKSUM_BYTES: Readonly<Record<WholeAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  md5: 16,
  sha1: 20,
  sha256: 32,
};

/** Every algorithm of a whole file. */
export const WHOLE_ALGORITHMS = Object.keys(CHECKSUM_BYTES) as [
  WholeAlgorithm,
  ...WholeAlgorithm[],
];

/**
 * The header of a part's checksum, lower-case. MD5 has the old `Content-MD5`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const CHECKSUM_HEADERS: Readonly<Record<ChecksumAlgorithm, string>> = {
  crc64nvme: 'x-amz-checksum-crc64nvme',
  crc32c: 'x-amz-checksum-crc32c',
  sha256: 'x-amz-checksum-sha256',
  md5: 'content-md5',
};

/** Whether the text could be a value of the algorithm: base64 of the right length and padding. */
export function isChecksum(algorithm: WholeAlgorithm, text: string): boolean {
  const bytes = CHECKSUM_BYTES[algorithm];
  const padding = (3 - (bytes % 3)) % 3;
  return (
    text.length === Math.ceil(bytes / 3) * 4 &&
    /^[A-Za-z0-9+/]*={0,2}$/.test(text) &&
    text.endsWith('='.repeat(padding)) &&
    text.indexOf('=') === (padding === 0 ? -1 : text.length - padding)
  );
}
