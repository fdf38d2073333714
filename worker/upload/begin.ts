/** Begins an upload that has been decided. */
import { waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import { prepared } from './prepare.ts';
import { ProblemError } from '../problem.ts';
import type { Plan } from '../protocol.ts';
import { settingsOf, type Upload } from '../upload.ts';

/**
 * Asks the hook, opens the upload on the store where it is one in parts, remembers it and tells.
 *
 * @throws ProblemError `conflict` where an object lies under its key already, or what the hook says
 *   against it.
 */
export async function begin(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  const { conditionalPut, conditionalComplete } = signer.store.profile;
  const wanted = await prepared(signer, c, draft);
  const mayMeet = signer.keysMayMeet || wanted.key !== draft.key;
  const storeRefuses = plan.kind === 'single' ? conditionalPut : conditionalComplete;
  if (mayMeet && !storeRefuses) await refuseTaken(signer, wanted);
  const upload = plan.kind === 'single' ? wanted : await open(signer, c, wanted, plan.partBytes);
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

async function open(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  partBytes: number,
): Promise<Upload> {
  const { uploadId } = await signer.store.createMultipart(draft.key, settingsOf(draft));
  const upload: Upload = {
    ...draft,
    multipart: { uploadId, partBytes },
    // The rest is settled by Create; only a single request is signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  return upload;
}

/** Where keys may meet and the store cannot refuse to replace, look first. */
async function refuseTaken(signer: Signer, draft: Upload): Promise<void> {
  const object = await signer.store.head(draft.key);
  if (object && object.uploadToken !== draft.mark) {
    throw new ProblemError('conflict', 'There is an object under this key already.');
  }
}
