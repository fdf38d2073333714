/** Makes the answer with which a page begins or continues an upload. */
import type { Signer } from '../../context.ts';
import type { Created, Result } from '../../protocol.ts';
import { isoOf } from '../../util/iso-time.ts';
import { storeExpiryOf } from '../life.ts';
import { planOf, type Upload } from '../upload.ts';
import { signParts, type PartsToSign } from '../sign-parts.ts';

/**
 * The upload's token, and signed requests for `parts`.
 *
 * @param field path of the parts in the request, for errors.
 *
 * @throws ProblemError as `signParts` does.
 */
export async function createdAnswer(
  signer: Signer,
  upload: Upload,
  parts: PartsToSign,
  result: Result | undefined,
  field?: string,
): Promise<Created> {
  const [token, signed] = await Promise.all([
    signer.tokens.seal(upload),
    signParts(signer, upload, parts, field),
  ]);
  return {
    id: upload.id,
    token,
    key: upload.key,
    plan: planOf(upload),
    checksum: upload.checksum,
    ...signed,
    expiresAt: isoOf(upload.expiresAt),
    storeExpiresAt: storeExpiryOf(signer, upload),
    ...(result && { result }),
  };
}
