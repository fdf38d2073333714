/** `POST /s3/multipart`: begins an upload in parts. */
import * as v from 'valibot';
import { beginWithinLimits } from '../upload/create/reserve.ts';
import { readBody } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { planFor } from '../protocol.ts';
import { metadataOf } from './metadata.ts';
import { refuse } from './refusal.ts';
import { draftUnsized } from '../upload/create/unsized.ts';

const Body = v.object({
  filename: v.optional(v.unknown()),
  type: v.optional(v.unknown()),
  metadata: v.optional(v.unknown()),
});

export function createRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { filename, type = '', metadata } = await readBody(c.req.raw, Body);
    if (typeof filename !== 'string' || filename === '') {
      return refuse('s3: the "filename" field is required and must be a non-empty string');
    }
    if (typeof type !== 'string') return refuse('s3: content type must be a string');
    const file = { name: filename, type, metadata: metadataOf(metadata) };
    const { draft, rules } = await draftUnsized(signer, c, file);
    // Our plan serves only as a check: these clients divide their files as they like.
    const plan = planFor(draft.bytes, { ...signer.plan, singleMaxBytes: 0 });
    if (plan.kind === 'single') {
      throw new ProblemError(
        'too_large',
        'MAX_BYTES is smaller than the smallest file that can be uploaded.',
      );
    }
    const upload = await beginWithinLimits(signer, c, rules, draft, plan);
    c.get('line')['upload'] = upload.id;
    const uploadId = await signer.tokens.seal(upload);
    return c.json({ key: upload.key, uploadId, bucket: signer.store.bucket });
  };
}
