import type { UploadError } from '../../errors.ts';
import { partError } from '../../faults/store-error.ts';
import type { FinalVerdict } from '../../faults/verdict.ts';
import type { Outcome } from '../../store/outcome.ts';
import type { PartsRound } from '../context.ts';

/** The error of a part that the store refuses. The Worker logs the answer, and may know what helps. */
export async function refusal(
  { upload, context }: PartsRound,
  partNumber: number,
  verdict: FinalVerdict,
  outcome: Outcome,
): Promise<UploadError> {
  const { file, id } = upload;
  const isFinal = verdict.do === 'fail';
  if (!isFinal || outcome.kind !== 'answered')
    return partError(verdict, outcome, { file, partNumber });
  const { status, code, requestId } = outcome;
  const report = { status, code, requestId, upload: id, part: partNumber };
  const advice = await context.reports.send(report);
  // Without a code it is not the store's answer, and the error says so itself.
  return partError(verdict, outcome, { file, partNumber, advice: code && advice });
}
