/** How S3 names each checksum. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
import { isChecksum, type ChecksumAlgorithm, type WholeAlgorithm } from '../protocol/checksum.ts';
import { base64ToBytes, bytesToHex } from '../protocol/encoding.ts';
import type { Profile } from './profiles.ts';

/** In hex; what stands in it is signed as the hash of the payload, too. */
export const PAYLOAD_HASH_HEADER = 'x-amz-content-sha256';

/** Names of one algorithm. MD5 is the old `Content-MD5`, which has no place in multipart's own. */
export interface ChecksumNames {
  /** The request header, lower-case. */
  readonly header: string;
  /** Value of `x-amz-checksum-algorithm`, and what follows `Checksum` in XML; null for MD5. */
  readonly name: string | null;
}

export const CHECKSUMS: Readonly<Record<ChecksumAlgorithm, ChecksumNames>> = {
  crc64nvme: { header: 'x-amz-checksum-crc64nvme', name: 'CRC64NVME' },
  crc32c: { header: 'x-amz-checksum-crc32c', name: 'CRC32C' },
  sha256: { header: 'x-amz-checksum-sha256', name: 'SHA256' },
  md5: { header: 'content-md5', name: null },
};

/** Headers in which HEAD shows the checksum of a whole object. */
export const OBJECT_CHECKSUM_HEADERS: readonly (readonly [WholeAlgorithm, string])[] = [
  ['crc32', 'x-amz-checksum-crc32'],
  ['crc32c', 'x-amz-checksum-crc32c'],
  ['crc64nvme', 'x-amz-checksum-crc64nvme'],
  ['sha1', 'x-amz-checksum-sha1'],
  ['sha256', 'x-amz-checksum-sha256'],
];

/**
 * The header that binds a checksum in a signed PUT; none where there is no algorithm.
 *
 * @throws RangeError where a checksum is wanted and missing, or is not a valid one.
 */
export function checksumHeader(
  algorithm: ChecksumAlgorithm | null,
  checksum: string | undefined,
  profile: Pick<Profile, 'payloadSha256'>,
): Record<string, string> {
  if (algorithm === null) return {};
  if (checksum === undefined || !isChecksum(algorithm, checksum)) {
    throw new RangeError(`a ${algorithm} checksum in base64 is needed`);
  }
  const header = checksumHeaderName(algorithm, profile);
  return {
    [header]: header === PAYLOAD_HASH_HEADER ? bytesToHex(base64ToBytes(checksum)) : checksum,
  };
}

/** The name of that header, lower-case. */
export function checksumHeaderName(
  algorithm: ChecksumAlgorithm,
  profile: Pick<Profile, 'payloadSha256'>,
): string {
  return isPayloadHash(algorithm, profile) ? PAYLOAD_HASH_HEADER : CHECKSUMS[algorithm].header;
}

/** True where multipart's own places for a checksum (Create, Complete, ListParts) stay empty. */
export function isPayloadHash(
  algorithm: ChecksumAlgorithm | null,
  { payloadSha256 }: Pick<Profile, 'payloadSha256'>,
): boolean {
  return algorithm === 'sha256' && payloadSha256;
}
