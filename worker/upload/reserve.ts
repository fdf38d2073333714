/** Begins uploads within the limits of their owner. */
import { waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import type { Rules } from '../policy.ts';
import { askerOf, isCounted } from '../policy/quota.ts';
import type { Plan } from '../protocol.ts';
import type { Upload } from '../upload.ts';
import { begin } from './begin.ts';

/**
 * Reserves room for the upload and begins it. A file of one request is recorded where a limit or an
 * id claim holds for it: so its id stays this file's, its bytes are counted by every isolate, and
 * the upkeep finds what was never completed.
 *
 * @throws ProblemError as `Quota.take` and `begin` do.
 */
export async function beginWithin(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  draft: Upload,
  plan: Plan,
): Promise<Upload> {
  await c.get('quota')?.take(rules, draft, 'create', plan.kind === 'multipart');
  const upload = await begun(signer, c, draft, plan);
  if (!upload.multipart && isCounted(rules)) {
    const { maxOpen, maxTotalBytes, maxPerGrant } = rules;
    const limits = { maxOpen, maxTotalBytes, maxPerGrant };
    await signer.ledger.put({ state: 'open', upload, limits }, waitUntilOf(c));
  }
  return upload;
}

/** What could not be begun takes no room. */
async function begun(signer: Signer, c: SignerContext, draft: Upload, plan: Plan): Promise<Upload> {
  try {
    return await begin(signer, c, draft, plan);
  } catch (error) {
    const asker = await askerOf(signer, draft.owner);
    await signer.reservations.release(asker, draft.id).catch(() => undefined);
    throw error;
  }
}
