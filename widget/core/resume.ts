import type { ResumeAnswer } from '../../worker/protocol.ts';
import { isUploadError } from './errors.ts';
import type { Signer } from './signer.ts';

/** Of a token that was sealed with other secrets, or is none: its owner may still be known. */
const WORTHLESS = /unauthenticated|forbidden/;

/**
 * Asks for a fresh token, and for what the store holds. The old token goes along where there is
 * one: it is all by which an anonymous Worker knows the owner, on a page of another origin.
 *
 * @throws UploadError; DOMException when aborted.
 */
export async function resume(
  signer: Signer,
  { id, token }: { readonly id: string; readonly token?: string | undefined },
  signal?: AbortSignal,
): Promise<ResumeAnswer> {
  const ask = (token?: string) =>
    signer.call<ResumeAnswer>(`/uploads/${id}/resume`, {
      method: 'POST',
      token,
      has: 'parts',
      ...(signal && { signal }),
    });
  try {
    return await ask(token);
  } catch (error) {
    if (token && isUploadError(error) && WORTHLESS.test(error.code)) return ask();
    throw error;
  }
}
