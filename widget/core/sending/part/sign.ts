import { isUploadError } from '../../errors.ts';
import { isFresh, type SignedPart } from '../../upload/signed-part.ts';
import { unlessAborted } from '../../util/unless-aborted.ts';
import type { PartsRound } from '../context.ts';

/**
 * A signed request that can still be sent: the part's last one, or a new one.
 *
 * @returns `stored` for a single file that the store has from an attempt whose answer was lost.
 */
export async function signPart(
  { upload, parts, signatures, signal }: PartsRound,
  number: number,
  checksum: string | undefined,
): Promise<SignedPart | 'stored'> {
  const last = parts.signed.get(number);
  if (isFresh(last)) return last;
  try {
    const signed = await unlessAborted(signatures.add({ number, checksum }), signal);
    parts.signed.set(number, signed);
    return signed;
  } catch (error) {
    if (upload.isSingle && isUploadError(error) && error.code === 'conflict') return 'stored';
    throw error;
  }
}
