/** `POST /uploads/complete`: completes a batch of uploads that were sent in one request each. */
import { openToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { completeUpload } from '../upload/complete/complete.ts';
import { abortOrphansQuietly } from '../upload/end/orphans.ts';
import { ProblemError } from '../problem.ts';
import type { CompleteManyAnswer, CompleteManyBody } from '../protocol.ts';
import { CompleteManyBody as Body } from '../protocol/schemas.ts';
import { slotsOf } from '../http/slots.ts';
import { planOf, type Upload } from '../upload/upload.ts';
import { batchCosts } from '../upload/batch-costs.ts';

/** Orphans that are aborted at once, with two requests each. The others are noted. */
const ABORTS_PER_BATCH = 2;

export function completeManyRoute(signer: Signer): SignerHandler {
  const costs = batchCosts(signer);
  return async (c) => {
    const { uploads: slots } = await readBody(c.req.raw, Body);
    await c.get('countFiles')?.(slots.length);
    c.get('line')['files'] = slots.length;
    let spent = 0;
    let bytesToRead = 0;
    const onePartUploads: Upload[] = [];
    const opening = slots.map((slot: Slot) => ({
      ...slot,
      opened: openToken(signer, c, slot.token, slot.id, 'at-any-time'),
    }));
    // What follows is counted in the order of the slots, whichever token is opened first.
    await Promise.allSettled(opening.map(({ opened }) => opened));
    const uploads = await slotsOf(c, opening, async (slot, index) => {
      const upload = await slot.opened;
      if (planOf(upload).kind !== 'single') {
        throw new ProblemError('invalid_request', 'Complete multipart uploads one at a time.', {
          field: `uploads[${index}].id`,
        });
      }
      const { etag, checksum } = slot;
      const hasChecksum = checksum !== undefined || upload.announced !== undefined;
      // Without a receipt, or to prove a checksum, the part has to be listed.
      const list = !etag || hasChecksum ? 1 : 0;
      const read = hasChecksum ? Math.min(upload.bytes, signer.verify.stepBytes) : 0;
      const cost = upload.multipart ? costs.completePart + list : costs.completeForm;
      bytesToRead += read;
      // All files together may take as long to read as one.
      const isTooLong = read > 0 && read < bytesToRead && bytesToRead > signer.verify.stepBytes;
      if ((spent += cost) > costs.maxToComplete || isTooLong) {
        throw new ProblemError(
          'rate_limited',
          'Too many uploads at once: complete this one again.',
          {
            retryAfter: 0,
          },
        );
      }
      const parts = etag === undefined ? [] : [{ number: 1, etag }];
      const field = `uploads[${index}].checksum`;
      const result = await completeUpload(signer, c, upload, { parts, checksum }, field);
      if (upload.multipart) onePartUploads.push(upload);
      return result;
    });
    waitUntilOf(c)(abortOrphansQuietly(signer, onePartUploads, { left: ABORTS_PER_BATCH }));
    return c.json<CompleteManyAnswer>({ uploads });
  };
}

type Slot = CompleteManyBody['uploads'][number];
