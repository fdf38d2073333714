import type { Attempts } from '../../faults/attempts.ts';
import { assertReadable } from '../../faults/file-error.ts';
import { partRemedy, type PartRemedy } from '../../faults/part-remedy.ts';
import { patienceMs } from '../../options.ts';
import { isBlocked, isOwnAnswer, type Outcome } from '../../store/outcome.ts';
import type { PartAttempt, PartsRound } from '../context.ts';

/**
 * Decides what to do after a failed attempt.
 *
 * @throws UploadError if the file cannot be read any more, or if the bucket's CORS rule is missing.
 */
export async function judge(
  { upload, parts, context, signal }: PartsRound,
  { number, signed, flight, startedMs }: PartAttempt,
  attempts: Attempts,
  outcome: Exclude<Outcome, { kind: 'stored' }>,
): Promise<PartRemedy> {
  const { services, route } = context;
  const wasRelayed = !signed;
  const isAnswered = isOwnAnswer(outcome);
  if (signed) {
    route.wasStoreReached ||= isAnswered;
    // Bytes leave only once a preflight is granted.
    route.isCorsRight ||= outcome.kind === 'answered' || flight.sent > 0;
  }
  const wasReached = route.wasStoreReached || wasRelayed;
  // The Worker takes over from something that blocks the store.
  const isFirstContact = !wasReached && !services.policy?.relay;
  const patience = patienceMs(services.options, wasReached);
  const verdict = attempts.judge(outcome, patience, isFirstContact);
  if (verdict.do === 'fail' && verdict.code === 'store_full') route.noteFull();
  const { faults } = attempts;
  // The read may hang; whatever comes then, the part waits.
  flight.waitingFor = isBlocked(outcome) ? 'network' : 'store';
  if (!isAnswered) await assertReadable(upload, services, signal);
  if (!signed) route.noteRelayFailure(outcome);
  else {
    if (!isAnswered) await route.noteStoreSilence(outcome, faults, startedMs, signal);
    await route.assertCors(verdict, outcome, faults, signed.request);
  }
  if (verdict.do !== 'retry') parts.signed.delete(number);
  const { isSingle } = upload;
  const { isRelayOn } = route;
  return partRemedy(verdict, { faults, isSingle, isAnswered, wasRelayed, isRelayOn });
}
