/** What a page is told so that it can go on with an upload. */
import type { Signer } from '../../context.ts';
import type { Created, Result } from '../../protocol.ts';
import { isoOf, storeEndOf } from '../life.ts';
import { planOf, type Upload } from '../upload.ts';
import { signParts, type PartsToSign } from '../requests.ts';

/**
 * A token of the upload, and signed requests for `parts`; `field` is where those sit in the request.
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
    storeExpiresAt: storeEndOf(signer, upload),
    ...(result && { result }),
  };
}
