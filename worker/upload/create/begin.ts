/** Begins an upload that has been decided. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { prepareUpload } from './prepare.ts';
import { keyTaken } from '../../refusals.ts';
import type { Plan } from '../../protocol.ts';
import { attributesOf, type Upload } from '../upload.ts';
import { goesByForm } from '../single-request.ts';

/**
 * Asks the hook, opens the upload on the store unless it goes by a form, remembers it and tells.
 *
 * @throws ProblemError `conflict` where an object lies under its key already or its id belongs to
 *   another file, or what the hook says against it.
 */
export async function beginUpload(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  const { conditionalPut, conditionalComplete } = signer.store.profile;
  const wanted = await prepareUpload(signer, c, draft);
  if (plan.kind === 'single') signer.bindFile(wanted);
  const byForm = plan.kind === 'single' && goesByForm(signer, wanted);
  const mayMeet = signer.keysMayMeet || wanted.key !== draft.key;
  const storeRefuses = byForm ? conditionalPut : conditionalComplete;
  if (mayMeet && !storeRefuses) await refuseTaken(signer, wanted);
  const upload = byForm
    ? wanted
    : await openMultipart(
        signer,
        c,
        wanted,
        plan.kind === 'single' ? {} : { partBytes: plan.partBytes },
      );
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

async function openMultipart(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  cut: { readonly partBytes?: number },
): Promise<Upload> {
  const { uploadId } = await signer.store.createMultipart(draft.key, attributesOf(draft));
  const upload: Upload = {
    ...draft,
    multipart: { uploadId, ...cut },
    // The rest is settled by Create; only a form is signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  return upload;
}

/** Where keys may meet and the store cannot refuse to replace, look first. */
async function refuseTaken(signer: Signer, draft: Upload): Promise<void> {
  const object = await signer.store.head(draft.key);
  if (object && object.mark !== draft.mark) {
    throw keyTaken();
  }
}
