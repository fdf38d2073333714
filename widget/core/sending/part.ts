/** One part's way: hash, sign, send, store, as often as it takes. */
import { relayUrl, resumeUpload } from '../api/upload-calls.ts';
import { isUploadError, UploadError } from '../errors.ts';
import { Attempts } from '../faults/attempts.ts';
import type { DelayedVerdict } from '../faults/backoff.ts';
import { assertReadable } from '../faults/file-error.ts';
import { partRemedy, type PartRemedy } from '../faults/part-remedy.ts';
import { missingEtagError, partError, relayError } from '../faults/store-error.ts';
import { patienceMs } from '../options.ts';
import type { Outcome } from '../store/outcome.ts';
import type { Flight, Parts } from '../upload/parts.ts';
import { isFresh, type SignedPart } from '../upload/signed-part.ts';
import type { WaitReason } from '../types.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import { checksumOfPart, isSamePart } from './part-checksum.ts';
import type { PartsRound } from './context.ts';
import { sendOnce } from './send-once.ts';

/** What one part has been through. */
interface PartHistory {
  readonly number: number;
  readonly attempts: Attempts;
  stalls: number;
  /** Its bytes did not arrive as they were hashed. */
  isSuspect: boolean;
}

/** @throws UploadError if the part cannot be stored; the reason of `signal` once it is aborted. */
export async function sendPart(round: PartsRound, number: number): Promise<void> {
  const history = { number, attempts: new Attempts(), stalls: 0, isSuspect: false };
  while (!(await attemptPart(round, history)));
}

/** Says whether the part is stored. */
async function attemptPart(round: PartsRound, history: PartHistory): Promise<boolean> {
  const { upload, parts, context, share, signal } = round;
  const { services, route } = context;
  const { number, attempts, isSuspect } = history;
  const checksum = await checksumOfPart(upload, parts, number, context, signal, isSuspect);
  history.isSuspect = false;
  if (isStoredAlready(round, number, checksum)) return true;

  const signed = route.relaysNext() ? undefined : await signPart(round, number, checksum);
  if (signed === 'stored') return storeUnseen(parts, number);
  const url = signed?.request.url ?? relayUrl(services.worker, upload.id, number);
  parts.ready++;
  const release = await context.concurrency
    .take(share, url, signal, attempts.faults > 0)
    .finally(() => parts.ready--);
  const flight: Flight = { sent: 0 };
  parts.flights.add(flight);
  try {
    // Its turn may have come too late for the signature.
    if (signed && !isFresh(signed)) return false;
    const startedMs = performance.now();
    const outcome = await sendOnce(round, { ...history, checksum, signed, flight });
    if (outcome.kind === 'stored') {
      context.expectedSpeed.stored(parts.bytesOf(number), performance.now() - startedMs);
      return storePart(round, number, outcome.etag, signed !== undefined);
    }
    signal.throwIfAborted();
    if (outcome.kind === 'stalled') history.stalls++;
    const wasRelayed = signed === undefined;
    const remedy = await judge(round, history, outcome, { url, startedMs, wasRelayed });
    return await carryOut(remedy, round, history, { outcome, flight, wasRelayed });
  } finally {
    parts.flights.delete(flight);
    release();
    services.reviewWaiting(upload);
    services.requestTurn();
  }
}

/** What went wrong with one attempt, and what is done about it. */
async function judge(
  { upload, parts, context, signal }: PartsRound,
  { number, attempts }: PartHistory,
  outcome: Exclude<Outcome, { kind: 'stored' }>,
  about: { readonly url: string; readonly startedMs: number; readonly wasRelayed: boolean },
): Promise<PartRemedy> {
  const { services, route } = context;
  const { url, startedMs, wasRelayed } = about;
  const isAnswered = outcome.kind === 'answered';
  if (!wasRelayed) route.wasStoreReached ||= isAnswered;
  const wasReached = route.wasStoreReached || wasRelayed;
  const verdict = attempts.judge(outcome, patienceMs(services.options, wasReached));
  const { faults } = attempts;
  if (!isAnswered) await assertReadable(upload, signal);
  if (wasRelayed) route.noteRelayFailure(outcome);
  else {
    if (!isAnswered) await route.noteStoreSilence(outcome, faults, startedMs, signal);
    await route.assertCors(verdict, outcome, faults, url);
  }
  if (verdict.do !== 'retry') parts.signed.delete(number);
  const { isSingle } = upload;
  const { isRelayOn } = route;
  return partRemedy(verdict, { faults, isSingle, isAnswered, wasRelayed, isRelayOn });
}

/** Says whether the part is stored after all. The part keeps its slot meanwhile. */
async function carryOut(
  remedy: PartRemedy,
  round: PartsRound,
  history: PartHistory,
  about: { readonly outcome: Outcome; readonly flight: Flight; readonly wasRelayed: boolean },
): Promise<boolean> {
  const { outcome, flight, wasRelayed } = about;
  const { number: partNumber } = history;
  switch (remedy.do) {
    case 'send-again':
      if (remedy.after) await pausePart(round, flight, remedy.after);
      return false;
    case 'hash-again':
      history.isSuspect = true;
      return false;
    case 'ask-what-is-stored':
      await askWhatIsStored(round, flight, partNumber);
      return false;
    case 'leave-to-complete':
      return storeUnseen(round.parts, partNumber);
    case 'give-up':
      throw wasRelayed
        ? relayError(remedy.verdict, outcome)
        : partError(remedy.verdict, outcome, { file: round.upload.file, partNumber });
  }
}

/** A part from an earlier visit counts as stored if the file's bytes have the same checksum. */
function isStoredAlready(
  { upload, parts }: PartsRound,
  number: number,
  checksum: string | undefined,
): boolean {
  const found = parts.found.get(number);
  parts.found.delete(number);
  if (!found || !isSamePart(found, upload.checksum, checksum)) return false;
  parts.store(number, found.etag);
  return true;
}

async function signPart(
  { upload, parts, signatures, signal }: PartsRound,
  number: number,
  checksum: string | undefined,
): Promise<SignedPart | 'stored'> {
  const known = parts.signed.get(number);
  if (isFresh(known)) return known;
  try {
    const signed = await unlessAborted(signatures.add({ number, checksum }), signal);
    parts.signed.set(number, signed);
    return signed;
  } catch (error) {
    // A single file that is stored already, and whose answer was lost: Complete compares it.
    if (upload.isSingle && isUploadError(error) && error.code === 'conflict') return 'stored';
    throw error;
  }
}

/** Stored as far as the page knows; the Worker compares it when the upload is completed. */
function storeUnseen(parts: Parts, number: number): true {
  parts.store(number, undefined);
  return true;
}

function storePart(
  { upload, parts, context }: PartsRound,
  number: number,
  etag: string | undefined,
  isDirect: boolean,
): true {
  const { services, claims, route } = context;
  if (isDirect) route.stopRelay();
  else if (!upload.state.isRelayed) services.apply(upload, { type: 'relay' });
  if (!upload.state.wasRead) services.apply(upload, { type: 'read' });
  route.wasStoreReached = true;
  context.concurrency.stored();
  parts.store(number, etag);
  if (services.policy?.listParts || upload.isSingle) return true;
  if (!etag) throw missingEtagError(number);
  parts.unreported.push({ number, etag, checksum: parts.checksums.get(number) });
  void claims.note(upload, parts.receipts);
  return true;
}

/** The part keeps its slot: in an outage nothing else should be tried in its place. */
async function pausePart(
  round: PartsRound,
  flight: Flight,
  verdict: DelayedVerdict,
): Promise<void> {
  if (!verdict.delayMs) return;
  const { services, concurrency } = round.context;
  const isOffline = verdict.do === 'wait';
  if (!isOffline) concurrency.slowDown();
  waitFor(round, flight, isOffline ? 'online' : 'store');
  await services.backoff.wait(verdict, round.signal);
}

function waitFor({ upload, context }: PartsRound, flight: Flight, reason: WaitReason): void {
  flight.sent = 0;
  flight.waitingFor = reason;
  context.services.reviewWaiting(upload);
}

/** @throws UploadError if the part need not be sent any more. */
async function askWhatIsStored(round: PartsRound, flight: Flight, number: number): Promise<void> {
  const { upload, parts, context, signal } = round;
  context.concurrency.slowDown();
  waitFor(round, flight, 'store');
  round.asking ??= resumeUpload(context.services.worker, upload, signal).finally(
    () => (round.asking = undefined),
  );
  const { parts: stored, result } = await round.asking;
  if (result) throw new UploadError('incomplete', 'The upload was completed elsewhere.');
  parts.find(stored.filter((part) => part.number === number));
}
