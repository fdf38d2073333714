import type { ChecksumAlgorithm, StoredPart } from '../../../../worker/protocol.ts';
import { base64ToBytes, bytesToHex } from '../../../../worker/protocol/util/encoding.ts';
import { changedError, fileError } from '../../faults/file-error.ts';
import { watchRead } from '../../faults/hung-read.ts';
import type { Parts } from '../../upload/parts.ts';
import type { Upload } from '../../upload/upload.ts';
import type { SendingContext } from '../context.ts';

/**
 * The part's checksum, from memory if it was computed before. If the part arrived damaged
 * (`isSuspect`), it is hashed again, because the file itself may have changed.
 *
 * @throws UploadError if the file has changed or cannot be read.
 */
export async function checksumOfPart(
  upload: Upload,
  parts: Parts,
  number: number,
  { services, hasher }: SendingContext,
  signal: AbortSignal,
  isSuspect = false,
): Promise<string | undefined> {
  const { file, checksum: algorithm } = upload;
  const cached = parts.checksums.get(number);
  if (!algorithm || (cached && !isSuspect)) return cached;
  parts.hashing++;
  try {
    // A slice costs more than hashing what is small.
    const bytes = parts.count === 1 ? file : parts.slice(file, number);
    const checksum = await watchRead(upload, bytes.size, services, (hang) =>
      hasher.hash(bytes, algorithm, signal, hang),
    );
    if (!upload.state.wasRead) services.apply(upload, { type: 'read' });
    if (cached && cached !== checksum) throw changedError(upload);
    parts.checksums.set(number, checksum);
    return checksum;
  } catch (error) {
    throw fileError(error, upload);
  } finally {
    parts.hashing--;
    services.requestTurn();
  }
}

/** True if the stored part has this checksum, as far as its checksum is known. */
export function isSamePart(
  part: StoredPart,
  algorithm: ChecksumAlgorithm | null,
  checksum = '',
): boolean {
  if (part.checksum) return part.checksum === checksum;
  const md5 = md5Of(part, algorithm);
  return md5 === undefined || md5 === bytesToHex(base64ToBytes(checksum));
}

/** True if the checksum of the stored part is known. */
export function hasChecksum(part: StoredPart, algorithm: ChecksumAlgorithm | null): boolean {
  return part.checksum !== undefined || md5Of(part, algorithm) !== undefined;
}

/** A store with MD5 ETags lists no other checksum. */
function md5Of({ etag }: StoredPart, algorithm: ChecksumAlgorithm | null): string | undefined {
  return algorithm === 'md5' ? /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1] : undefined;
}
