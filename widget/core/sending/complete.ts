import type { CompleteBody, Result, Verifying } from '../../../worker/protocol.ts';
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
    const slot = { id, token, ...(etag === undefined ? {} : { etag }) };
    return onceVerified(() => completes.add(slot, signal), signal);
  }
  // Any other checksum of the whole would have to be verified by reading the file back.
  const isFree = algorithm !== null && policy?.wholeChecksums?.free.includes(algorithm);
  const checksums = receipts.map(({ number, checksum = '' }) => ({
    checksum,
    bytes: parts.bytesOf(number),
  }));
  const body = {
    parts: policy?.listParts ? undefined : (receipts as CompleteBody['parts']),
    checksum: isFree ? combine(algorithm, checksums) : undefined,
  } satisfies CompleteBody;
  return onceVerified(
    () => uploadCalls.completeUpload(worker, { id, token }, body, signal),
    signal,
  );
}

/** Asks again for as long as the Worker is still verifying the checksum of the whole file. */
async function onceVerified(
  complete: () => Promise<Result | Verifying>,
  signal: AbortSignal,
): Promise<Result> {
  for (;;) {
    const answer = await complete();
    if ('completedAt' in answer) return answer;
    const pause = new Promise((resolve) => setTimeout(resolve, answer.retryAfter * 1000));
    await unlessAborted(pause, signal);
  }
}
