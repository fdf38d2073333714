/** The life of one upload, from Create to Complete. */
import type { Result } from '../../../worker/protocol.ts';
import { changedError, finalError } from '../faults/file-error.ts';
import { fingerprint } from '../journal/fingerprint.ts';
import type { Services } from '../services.ts';
import { can } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import { completeUpload } from './complete.ts';
import type { SendingContext } from './context.ts';
import { PartsTooLarge } from './part/line-terms.ts';
import { applyRemedy } from './recover.ts';
import { registerUpload } from './begin/register.ts';
import { sendMissingParts } from './send-parts.ts';
import { transformFile } from './begin/transform.ts';

/** Never rejects. It ends when the upload is done or has failed, or when `signal` is aborted. */
export async function run(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<void> {
  void context.waiting.note();
  let mostStored = 0;
  for (let setbacks = 0; !signal.aborted && can(upload.state, 'restart'); setbacks++) {
    try {
      await transformFile(upload, context, signal);
      const result = await runRound(upload, context, signal);
      context.services.apply(upload, { type: 'done', result });
      return await context.claims.remove(upload);
    } catch (error) {
      // The Worker could not complete it: who cancelled it aborts it.
      if (upload.phase === 'withdrawing') return;
      const { storedBytes = 0, foundBytes = 0 } = upload.parts ?? {};
      // Setbacks are counted as long as nothing more arrives.
      if (storedBytes + foundBytes > mostStored || error instanceof PartsTooLarge) setbacks = 0;
      mostStored = Math.max(mostStored, storedBytes + foundBytes);
      const isRemedied =
        !signal.aborted && (await applyRemedy(upload, error, setbacks, context, signal));
      if (isRemedied || signal.aborted) continue;
      return context.services.apply(upload, { type: 'fail', error: finalError(error, upload) });
    }
  }
}

/** One round: register, send, complete. Aborts whatever is still running when it ends. */
async function runRound(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<Result> {
  const round = new AbortController();
  try {
    return await uploadFile(upload, context, AbortSignal.any([signal, round.signal]));
  } finally {
    round.abort();
  }
}

async function uploadFile(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<Result> {
  const { services } = context;
  const { agreement, parts } = await registerUpload(upload, context, signal);
  if (agreement.result) return agreement.result;
  services.apply(upload, { type: 'hash' });
  await sendMissingParts(upload, parts, context, signal);
  await assertUnchanged(upload, services, signal);
  services.apply(upload, { type: 'complete' });
  services.requestTurn();
  return completeUpload(upload, agreement, parts, context, signal);
}

/**
 * Firefox continues to read a file that was overwritten while it was being sent.
 *
 * @throws UploadError `file_changed`.
 */
async function assertUnchanged(
  upload: Upload,
  services: Services,
  signal: AbortSignal,
): Promise<void> {
  const expected = upload.state.fingerprint;
  if (expected === undefined) return;
  if (expected !== (await fingerprint(upload, services, signal))) throw changedError(upload);
}
