/** Begins an upload that has been decided. */
import { waitUntilOf, type Signer, type SignerContext } from './context.ts';
import { ProblemError } from './problem.ts';
import type { Plan } from './protocol.ts';
import { settingsOf, type Upload } from './upload.ts';

/**
 * Opens the upload on the store where it is one in parts, remembers it and tells the hooks.
 *
 * @throws ProblemError `conflict` where an object lies under its key already.
 */
export async function begin(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  if (plan.kind === 'single') {
    await refuseTaken(signer, draft, signer.store.profile.conditionalPut);
    return draft;
  }
  await refuseTaken(signer, draft, signer.store.profile.conditionalComplete);
  const { uploadId } = await signer.store.createMultipart(draft.key, settingsOf(draft));
  const upload: Upload = {
    ...draft,
    multipart: { uploadId, partBytes: plan.partBytes },
    // The rest is settled by Create; only a single request is signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

/** Where keys may meet and the store cannot refuse to replace, look first. */
async function refuseTaken(signer: Signer, draft: Upload, storeRefuses: boolean): Promise<void> {
  if (!signer.keysMayMeet || storeRefuses) return;
  const object = await signer.store.head(draft.key);
  if (object && object.uploadToken !== draft.mark) {
    throw new ProblemError('conflict', 'There is an object under this key already.');
  }
}
