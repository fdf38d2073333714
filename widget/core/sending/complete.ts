import type { CompleteBody, Result } from '../../../worker/protocol.ts';
import * as uploadCalls from '../api/upload-calls.ts';
import { combine } from '../checksum/index.ts';
import type { Parts } from '../upload/parts.ts';
import type { Agreement } from '../upload/terms.ts';
import type { Upload } from '../upload/upload.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import type { SendingContext } from './context.ts';

/** Finishes an upload whose parts are all stored; files that go in one request share a call. */
export async function completeUpload(
  { id, token: latestToken }: Upload,
  { token: firstToken, plan, checksum: algorithm }: Agreement,
  parts: Parts,
  { services: { worker, policy }, calls: { completes } }: SendingContext,
  signal: AbortSignal,
): Promise<Result> {
  const token = latestToken ?? firstToken;
  const receipts = [...parts.stored.values()].sort((a, b) => a.number - b.number);
  if (plan.kind === 'single') {
    const etag = receipts[0]?.etag;
    return unlessAborted(
      completes.add({ id, token, ...(etag === undefined ? {} : { etag }) }),
      signal,
    );
  }
  const checksums = receipts.map(({ number, checksum = '' }) => ({
    checksum,
    bytes: parts.bytesOf(number),
  }));
  const checksum = algorithm ? combine(algorithm, checksums) : undefined;
  const body = {
    parts: policy?.listParts ? undefined : (receipts as CompleteBody['parts']),
    checksum,
  } satisfies CompleteBody;
  const result = await uploadCalls.completeUpload(worker, { id, token }, body, signal);
  return { ...(checksum === undefined ? {} : { checksum }), ...result };
}
