/** Begins uploads within the limits of their owner. */
import { outliving, waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import type { Rules } from '../../policy/policy.ts';
import { giveBackRoom, isCounted } from '../../policy/quota.ts';
import type { Plan } from '../../protocol.ts';
import { isByForm, type Upload } from '../upload.ts';
import { beginUpload } from './begin.ts';
import { goesByForm } from '../single-request.ts';

/**
 * Reserves room for the upload, begins it, and records it. From then on its owner can ask for its
 * state, its id stays bound to this file, every isolate counts its bytes, and the upkeep finds what
 * nobody completes. `beginUpload` has recorded an upload in parts; one that is sent by a form is
 * recorded here, together with the limits that apply to it. A client that goes away changes nothing
 * about that: room without a record would stay taken until the upload would have expired.
 *
 * @throws ProblemError as `Quota.take` and `beginUpload` do.
 */
export function beginWithinLimits(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  const begin = async (): Promise<Upload> => {
    const inParts = plan.kind === 'multipart';
    const byForm = !inParts && goesByForm(signer, draft);
    await c.get('quota')?.take(rules, draft, 'create', { inParts, byForm });
    const upload = await beginOrGiveBack(signer, c, draft, plan);
    if (isByForm(upload)) {
      const { maxOpen, maxTotalBytes, maxPerGrant } = rules;
      const limits = { maxOpen, maxTotalBytes, maxPerGrant };
      await signer.ledger.put(
        { state: 'open', upload, ...(isCounted(rules) && { limits }) },
        waitUntilOf(c),
      );
    }
    return upload;
  };
  return outliving(waitUntilOf(c), begin());
}

/** Gives the room back if the upload cannot be begun. */
async function beginOrGiveBack(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  try {
    return await beginUpload(signer, c, draft, plan);
  } catch (error) {
    await giveBackRoom(signer, draft);
    throw error;
  }
}
