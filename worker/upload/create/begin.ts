/** Begins an upload that has been decided. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { prepared } from './prepare.ts';
import { keyTaken } from '../../refusals.ts';
import type { Plan } from '../../protocol.ts';
import { settingsOf, type Upload } from '../upload.ts';
import { goesWhole } from '../whole.ts';

/**
 * Asks the hook, opens the upload on the store unless it goes by a form, remembers it and tells.
 *
 * @throws ProblemError `conflict` where an object lies under its key already or its id belongs to
 *   another file, or what the hook says against it.
 */
export async function begin(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  const { conditionalPut, conditionalComplete } = signer.store.profile;
  const wanted = await prepared(signer, c, draft);
  if (plan.kind === 'single') signer.bindFile(wanted);
  const isWhole = plan.kind === 'single' && goesWhole(signer, wanted);
  const mayMeet = signer.keysMayMeet || wanted.key !== draft.key;
  const storeRefuses = isWhole ? conditionalPut : conditionalComplete;
  if (mayMeet && !storeRefuses) await refuseTaken(signer, wanted);
  const upload = isWhole
    ? wanted
    : await open(signer, c, wanted, plan.kind === 'single' ? {} : { partBytes: plan.partBytes });
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

async function open(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  cut: { readonly partBytes?: number },
): Promise<Upload> {
  const opened = await signer.store.createMultipart(draft.key, settingsOf(draft));
  const upload: Upload = {
    ...draft,
    multipart: { ...opened, ...cut },
    // The rest is settled by Create; only a form is signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  return upload;
}

/** Where keys may meet and the store cannot refuse to replace, look first. */
async function refuseTaken(signer: Signer, draft: Upload): Promise<void> {
  const object = await signer.store.head(draft.key);
  if (object && object.uploadToken !== draft.mark) {
    throw keyTaken();
  }
}
