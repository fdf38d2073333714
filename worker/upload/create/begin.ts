/** Begins an upload that Create has decided. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { openMultipart } from './open-multipart.ts';
import { prepareUpload } from './prepare.ts';
import { keyTaken } from '../../refusals.ts';
import type { Plan } from '../../protocol.ts';
import type { Upload } from '../upload.ts';
import { goesByForm } from '../single-request.ts';

/**
 * Calls the `prepare` hook, opens the upload on the store unless it is sent by a form, records it and
 * emits the event.
 *
 * @throws ProblemError `conflict` if its key is taken or its id belongs to another file, or the
 *   hook's refusal.
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
    : await beginParts(
        signer,
        c,
        wanted,
        plan.kind === 'single' ? {} : { partBytes: plan.partBytes },
      );
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

async function beginParts(
  signer: Signer,
  c: SignerContext,
  wanted: Upload,
  cut: { readonly partBytes?: number },
): Promise<Upload> {
  const { draft, multipart } = await openMultipart(signer, c, wanted);
  const upload: Upload = {
    ...draft,
    multipart: { ...multipart, ...cut },
    // The store knows the rest since Create; only forms are signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  return upload;
}

/** Asks for an object under the key, for stores that cannot refuse to replace one. */
async function refuseTaken(signer: Signer, draft: Upload): Promise<void> {
  const object = await signer.store.head(draft.key);
  if (object && object.mark !== draft.mark) {
    throw keyTaken();
  }
}
