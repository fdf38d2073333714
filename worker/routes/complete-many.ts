/** `POST /uploads/complete`: finishes uploads of one request each, in a batch. */
import { openToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { complete } from '../upload/complete.ts';
import { ProblemError } from '../problem.ts';
import type { CompleteManyAnswer, CompleteManyBody } from '../protocol.ts';
import { CompleteManyBody as Body } from '../protocol/schemas.ts';
import { slotsOf } from '../http/slots.ts';

export function completeManyRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { uploads: wanted } = await readBody(c.req.raw, Body);
    c.get('line')['files'] = wanted.length;
    const uploads = await slotsOf(signer.log, wanted, async (slot: Slot, index) => {
      const upload = await openToken(signer, c, slot.token, slot.id);
      if (upload.multipart) {
        throw new ProblemError('invalid_request', 'An upload in parts is completed by itself.', {
          field: `uploads[${index}].id`,
        });
      }
      return complete(signer, c, upload, {});
    });
    return c.json<CompleteManyAnswer>({ uploads });
  };
}

type Slot = CompleteManyBody['uploads'][number];
