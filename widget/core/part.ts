/** One part's way: hash, sign, send, store; as often as it takes, or until it is clear that it will not. */
import type {
  ChecksumAlgorithm,
  ResumeAnswer,
  SignedRequest,
  StoredPart,
} from '../../worker/protocol.ts';
import type { Batch } from './batch.ts';
import type { Engine } from './engine.ts';
import { isUploadError, UploadError } from './errors.ts';
import { assertReadable, changed, fileError } from './files.ts';
import { hash } from './hashing.ts';
import type { Job } from './job.ts';
import { note } from './journal.ts';
import { isFresh, type Flight, type Parts, type SignedPart } from './parts.ts';
import { Rate } from './rate.ts';
import { readRelay, Relay, relayError, relayRequest, relayUrl } from './relay.ts';
import { resume } from './resume.ts';
import { Attempts, napMs, type Verdict } from './retry.ts';
import { patienceMs, stallMs } from './signer.ts';
import { send, type Outcome, type SendOptions } from './transport.ts';
import { assertSilent, errorOf } from './trouble.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Awaited } from './upload.ts';

export interface WantedPart {
  readonly number: number;
  readonly checksum?: string | undefined;
}

/** One go at sending what an upload lacks. */
export interface Round {
  readonly engine: Engine;
  readonly job: Job;
  readonly parts: Parts;
  readonly signs: Batch<WantedPart, SignedPart>;
  readonly signal: AbortSignal;
  /** The Worker is being asked what the store holds. */
  asking?: Promise<ResumeAnswer> | undefined;
}

/** A store that has never said a word by then may only be silent to this page. */
const SILENT_FAULTS = 5;
/** After so many faults in a row, and again after as many, the Worker looks what lies there. */
const DOUBTFUL_FAULTS = 3;

/** @throws UploadError where it cannot be stored; the signal's reason. */
export async function sendPart(round: Round, number: number): Promise<void> {
  const { engine, job, parts, signal } = round;
  const relay = (engine.relay ??= new Relay(engine));
  const attempts = new Attempts();
  let stalls = 0;
  for (let isSuspect = false; ;) {
    const checksum = await checksumOf(round, number, isSuspect);
    isSuspect = false;
    const held = parts.held.get(number);
    parts.held.delete(number);
    if (held && isSame(held, job.checksum, checksum)) return parts.store(number, held.etag);

    let signed: SignedPart | undefined;
    try {
      signed = relay.takesNext() ? undefined : await sign(round, number, checksum);
    } catch (error) {
      // It is stored already, and only the answer was lost: completing it compares what lies there.
      if (!job.isSingle || !isUploadError(error) || error.code !== 'conflict') throw error;
      return parts.store(number, undefined);
    }
    const url = signed?.request.url ?? relayUrl(engine, job, number);
    parts.ready++;
    const release = await engine.pacer
      .take(job, url, signal, attempts.faults > 0)
      .finally(() => parts.ready--);
    const flight: Flight = { sent: 0 };
    parts.flights.add(flight);
    try {
      // Its turn may have come late.
      if (signed && !isFresh(signed)) continue;
      const startedMs = performance.now();
      const leastBytesPerMs = engine.pace.least(stalls);
      const outcome = signed
        ? await attempt(round, signed.request, flight, { leastBytesPerMs })
        : await attemptRelayed(round, number, checksum, flight);
      if (outcome.kind === 'stalled') stalls++;
      if (outcome.kind === 'stored') {
        engine.pace.stored(parts.bytesOf(number), performance.now() - startedMs);
        if (signed) relay.stop();
        else job.isRelayed = true;
        moved(round, flight, parts.bytesOf(number));
        return stored(round, number, outcome.etag);
      }
      signal.throwIfAborted();
      const isAnswer = outcome.kind === 'answered';
      if (signed) engine.wasStoreReached ||= isAnswer;
      const wasReached = engine.wasStoreReached || !signed;
      const next = attempts.judge(outcome, patienceMs(engine.options, wasReached));
      if (!isAnswer) await assertReadable(job, signal);
      if (!signed) relay.heard(next, outcome);
      else if (!isAnswer) await relay.consider(outcome, attempts.faults, startedMs, signal);
      const isTimeToAsk = next.do === 'fail' || attempts.faults === SILENT_FAULTS;
      if (outcome.kind === 'no-answer' && !wasReached && !relay.isOn && isTimeToAsk) {
        await assertSilent(url);
      }
      if (next.do !== 'retry') parts.signed.delete(number);
      const isSilent = signed && !isAnswer && next.do === 'resign';
      // The Worker has taken over: it need not be waited for.
      if (isSilent && relay.isOn) continue;
      if (isSilent && attempts.faults % DOUBTFUL_FAULTS === 0) await lookUp(round, flight, number);
      else if ('delayMs' in next) await rest(round, flight, next);
      else if (next.do === 'repair') isSuspect = true;
      // Completing it asks the Worker, which compares what lies there.
      else if (next.do === 'verify' && job.isSingle) return parts.store(number, undefined);
      else if (!signed) throw relayError(next, outcome);
      else throw errorOf(next, outcome, job, number);
    } finally {
      parts.flights.delete(flight);
      release();
      engine.review(job);
      engine.pump();
    }
  }
}

/** From memory, but for a part that was said to be corrupt: then the file itself may have changed. */
export async function checksumOf(
  { engine, job, parts, signal }: Omit<Round, 'signs'>,
  number: number,
  isSuspect = false,
): Promise<string | undefined> {
  const known = parts.checksums.get(number);
  if (!job.checksum || (known && !isSuspect)) return known;
  parts.hashing++;
  try {
    const { file, isSingle } = job;
    const bytes = isSingle ? file : parts.slice(file, number);
    const checksum = await hash(engine, bytes, job.checksum, signal);
    job.wasRead = true;
    if (known && known !== checksum) throw changed(job);
    parts.checksums.set(number, checksum);
    return checksum;
  } catch (error) {
    throw fileError(error, job);
  } finally {
    parts.hashing--;
    engine.pump();
  }
}

/** Stores with MD5 ETags list no other checksum. */
function isSame(held: StoredPart, algorithm: ChecksumAlgorithm | null, checksum = ''): boolean {
  if (held.checksum) return held.checksum === checksum;
  const md5 = algorithm === 'md5' && /^"?([0-9a-f]{32})"?$/.exec(held.etag)?.[1];
  if (!md5) return true;
  return (
    md5.replace(/../g, (hex) => String.fromCharCode(Number.parseInt(hex, 16))) === atob(checksum)
  );
}

async function sign(
  { parts, signs, signal }: Round,
  number: number,
  checksum: string | undefined,
): Promise<SignedPart> {
  const known = parts.signed.get(number);
  if (isFresh(known)) return known;
  const signed = await unlessAborted(signs.add({ number, checksum }), signal);
  parts.signed.set(number, signed);
  return signed;
}

async function attemptRelayed(
  round: Round,
  number: number,
  checksum: string | undefined,
  flight: Flight,
): Promise<Outcome> {
  const { engine, job } = round;
  let request: SignedRequest;
  try {
    request = await relayRequest(engine, job, number, checksum);
  } catch {
    // The page has no bearer token to give.
    return { kind: 'no-answer' };
  }
  const withCredentials = engine.options.credentials === 'include';
  return attempt(round, request, flight, { read: readRelay, withCredentials });
}

function attempt(
  round: Round,
  request: SignedRequest,
  flight: Flight,
  options: Partial<SendOptions> = {},
): Promise<Outcome> {
  const { engine, job, parts, signal } = round;
  const body = parts.slice(job.file, request.number);
  const { status } = job.state;
  if (status !== 'uploading') engine.apply(job, { type: 'send' });
  // A small form tells of no progress.
  if (request.method === 'POST') engine.pacer.moved();
  return send(request, body, {
    signal,
    ...options,
    stallMs: stallMs(engine.options),
    onSent: (sent) => {
      if (!flight.sent) engine.pacer.moved();
      moved(round, flight, Math.min(sent, body.size));
    },
  });
}

function moved({ engine, job }: Round, flight: Flight, sent: number): void {
  const bytes = sent - flight.sent;
  flight.sent = sent;
  engine.rate.add(bytes);
  engine.pacer.sent(bytes);
  (job.rate ??= new Rate()).add(bytes);
  engine.changed(job);
}

function stored({ engine, job, parts }: Round, number: number, etag: string | undefined): void {
  engine.wasStoreReached = job.wasRead = true;
  engine.pacer.stored();
  parts.store(number, etag);
  if (engine.policy?.listParts || job.isSingle) return;
  // Where the store cannot list its parts, their ETags are all there is.
  if (!etag) {
    const message =
      'No ETag can be read: add ETag to ExposeHeaders in the CORS rule of the bucket.';
    throw new UploadError('cors', message, { partNumber: number });
  }
  parts.unreported.push({ number, etag, checksum: parts.checksums.get(number) });
  void note(job, parts.receipts);
}

/** Keeps its slot meanwhile: in an outage nothing else is to be tried in its place. */
async function rest(
  round: Round,
  flight: Flight,
  next: Extract<Verdict, { delayMs: number }>,
): Promise<void> {
  if (!next.delayMs) return;
  const { engine, signal } = round;
  if (next.do !== 'wait') engine.pacer.slowDown();
  standBy(round, flight, next.do === 'wait' ? 'online' : 'store');
  await engine.naps.take(napMs(next), signal);
}

function standBy({ engine, job }: Round, flight: Flight, awaited: Awaited): void {
  flight.sent = 0;
  flight.resting = awaited;
  engine.review(job);
}

/**
 * Silence may be an answer that the browser could not read: Firefox loses one that comes before the
 * body is through, as that of a store that has forgotten the upload does. In the place of a nap.
 *
 * @throws UploadError where the part need not be sent any more.
 */
async function lookUp(round: Round, flight: Flight, number: number): Promise<void> {
  const { engine, job, parts, signal } = round;
  engine.pacer.slowDown();
  standBy(round, flight, 'store');
  const asking = (round.asking ??= resume(engine.signer, job, signal).finally(
    () => (round.asking = undefined),
  ));
  const { parts: stored, result } = await asking;
  if (result) throw new UploadError('incomplete', 'It has been completed elsewhere.');
  parts.hold(stored.filter((part) => part.number === number));
}
