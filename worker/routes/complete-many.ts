/** `POST /uploads/complete`: finishes uploads of one request each, in a batch. */
import { openToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { complete } from '../upload/complete/complete.ts';
import { abortOthersQuietly } from '../upload/end/orphans.ts';
import { ProblemError } from '../problem.ts';
import type { CompleteManyAnswer, CompleteManyBody } from '../protocol.ts';
import { CompleteManyBody as Body } from '../protocol/schemas.ts';
import { slotsOf } from '../http/slots.ts';
import { planOf, type Upload } from '../upload/upload.ts';
import { batchCosts } from '../upload/whole.ts';

/** Uploads under the same keys that are aborted at once; two requests each. The rest is noted. */
const ABORTS_PER_BATCH = 2;

export function completeManyRoute(signer: Signer): SignerHandler {
  const costs = batchCosts(signer.store.profile, signer.keysMayMeet);
  return async (c) => {
    const { uploads: wanted } = await readBody(c.req.raw, Body);
    c.get('line')['files'] = wanted.length;
    let spent = 0;
    const ofOnePart: Upload[] = [];
    const uploads = await slotsOf(signer.log, wanted, async (slot: Slot, index) => {
      const upload = await openToken(signer, c, slot.token, slot.id);
      if (planOf(upload).kind !== 'single') {
        throw new ProblemError('invalid_request', 'Complete multipart uploads one at a time.', {
          field: `uploads[${index}].id`,
        });
      }
      const { etag, checksum } = slot;
      // Without a receipt the part has to be listed.
      const isListed = !etag || checksum !== undefined || upload.announced !== undefined;
      const cost = upload.multipart ? costs.completePart + (isListed ? 1 : 0) : costs.completeForm;
      if ((spent += cost) > costs.mostToComplete) {
        throw new ProblemError('rate_limited', 'Too many at once: complete this one again.', {
          retryAfter: 0,
        });
      }
      const parts = etag === undefined ? [] : [{ number: 1, etag }];
      const field = `uploads[${index}].checksum`;
      const result = await complete(signer, c, upload, { parts, checksum }, field);
      if (upload.multipart) ofOnePart.push(upload);
      return result;
    });
    waitUntilOf(c)(abortOthersQuietly(signer, ofOnePart, { left: ABORTS_PER_BATCH }));
    return c.json<CompleteManyAnswer>({ uploads });
  };
}

type Slot = CompleteManyBody['uploads'][number];
