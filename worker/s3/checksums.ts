/** How S3 names each checksum. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
import {
  CHECKSUM_HEADERS,
  isChecksum,
  type ChecksumAlgorithm,
  type WholeAlgorithm,
} from '../protocol/checksum.ts';
import { base64ToBytes, bytesToHex } from '../protocol/util/encoding.ts';
import type { Profile } from './profile.ts';

/** Header of a SHA-256 in hex. Its value is also signed as the payload hash. */
export const PAYLOAD_HASH_HEADER = 'x-amz-content-sha256';

/**
 * The value of `x-amz-checksum-algorithm`, which also follows `Checksum` in XML. Null for MD5, which
 * multipart uploads do not know as an algorithm.
 */
export const CHECKSUM_NAMES: Readonly<Record<ChecksumAlgorithm, string | null>> = {
  crc64nvme: 'CRC64NVME',
  crc32c: 'CRC32C',
  sha256: 'SHA256',
  md5: null,
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
 * The header that binds a checksum in a signed PUT; no header without an algorithm.
 *
 * @throws RangeError for a missing or malformed checksum.
 */
export function checksumHeader(
  algorithm: ChecksumAlgorithm | null,
  checksum: string | undefined,
  profile: Pick<Profile, 'payloadSha256'>,
): Record<string, string> {
  if (algorithm === null) return {};
  if (checksum === undefined || !isChecksum(algorithm, checksum)) {
    throw new RangeError(`a ${algorithm} checksum in base64 is required`);
  }
  const header = checksumHeaderName(algorithm, profile);
  return {
    [header]: header === PAYLOAD_HASH_HEADER ? bytesToHex(base64ToBytes(checksum)) : checksum,
  };
}

/** The name of the header that binds a checksum in a signed PUT, lower-case. */
export function checksumHeaderName(
  algorithm: ChecksumAlgorithm,
  profile: Pick<Profile, 'payloadSha256'>,
): string {
  return isPayloadHash(algorithm, profile) ? PAYLOAD_HASH_HEADER : CHECKSUM_HEADERS[algorithm];
}

/** Whether the checksum is bound as the payload hash. Then Create, Complete and ListParts do not name it. */
export function isPayloadHash(
  algorithm: ChecksumAlgorithm | null,
  { payloadSha256 }: Pick<Profile, 'payloadSha256'>,
): boolean {
  return algorithm === 'sha256' && payloadSha256;
}
