/** One part's way: hash, sign, send, store; as often as it takes, or until it is clear that it will not. */
import type { ChecksumAlgorithm, StoredPart } from '../../worker/protocol.ts';
import type { Batch } from './batch.ts';
import type { Engine } from './engine.ts';
import { UploadError } from './errors.ts';
import { assertReadable, changed, fileError } from './files.ts';
import type { Job } from './job.ts';
import { note } from './journal.ts';
import { isFresh, type Flight, type Parts, type SignedPart } from './parts.ts';
import { Rate } from './rate.ts';
import { Attempts, napMs, type Verdict } from './retry.ts';
import { STALL_MS, patienceMs } from './signer.ts';
import { send, type Outcome } from './transport.ts';
import { unlessAborted } from './unless-aborted.ts';

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
}

/** A store that has never said a word by then may only be silent to this page. */
const SILENT_FAULTS = 5;

/** @throws UploadError where it cannot be stored; the signal's reason. */
export async function sendPart(round: Round, number: number): Promise<void> {
  const { engine, job, parts, signs, signal } = round;
  const attempts = new Attempts();
  for (let isSuspect = false; ;) {
    const checksum = await checksumOf(round, number, isSuspect);
    isSuspect = false;
    const held = parts.held.get(number);
    parts.held.delete(number);
    if (held && isSame(held, job.checksum, checksum)) return parts.store(number, held.etag);

    let signed = parts.signed.get(number);
    if (!isFresh(signed)) {
      signed = await unlessAborted(signs.add({ number, checksum }), signal);
      parts.signed.set(number, signed);
    }
    parts.ready++;
    const release = await engine.pacer
      .take(job, signed.request.url, signal, attempts.faults > 0)
      .finally(() => parts.ready--);
    const flight: Flight = { sent: 0 };
    parts.flights.add(flight);
    try {
      // Its turn may have come late.
      if (!isFresh(signed)) continue;
      const outcome = await attempt(round, signed, flight);
      if (outcome.kind === 'stored') {
        moved(round, flight, parts.bytesOf(number));
        return stored(round, number, outcome.etag);
      }
      signal.throwIfAborted();
      engine.wasStoreReached ||= outcome.kind === 'answered';
      const next = attempts.judge(outcome, patienceMs(engine.options, engine.wasStoreReached));
      if (outcome.kind !== 'answered') await assertReadable(job);
      if (outcome.kind === 'no-answer') {
        const isTimeToAsk = next.do === 'fail' || attempts.faults === SILENT_FAULTS;
        if (!engine.wasStoreReached && isTimeToAsk) await assertSilent(signed.request.url);
      }
      if (next.do !== 'retry') parts.signed.delete(number);
      if ('delayMs' in next) await rest(round, flight, next);
      else if (next.do === 'repair') isSuspect = true;
      // Completing it asks the Worker, which compares what lies there.
      else if (next.do === 'verify' && job.isSingle) return parts.store(number, undefined);
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
    const checksum = await engine.pool.hash(parts.slice(job.file, number), job.checksum, signal);
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

function attempt(round: Round, { request }: SignedPart, flight: Flight): Promise<Outcome> {
  const { engine, job, parts, signal } = round;
  const body = parts.slice(job.file, request.number);
  const { status } = job.state;
  if (status !== 'uploading') engine.apply(job, { type: 'send' });
  // A small form tells of no progress.
  if (request.method === 'POST') engine.pacer.moved();
  return send(request, body, {
    signal,
    stallMs: engine.options.stallMs ?? STALL_MS,
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
  { engine, job, signal }: Round,
  flight: Flight,
  next: Extract<Verdict, { delayMs: number }>,
): Promise<void> {
  if (!next.delayMs) return;
  flight.sent = 0;
  flight.resting = next.do === 'wait' ? 'online' : 'store';
  if (next.do !== 'wait') engine.pacer.slowDown();
  engine.review(job);
  await engine.naps.take(napMs(next), signal);
}

/** An opaque request needs no CORS: where it gets through, the bucket's rule is what is missing. */
async function assertSilent(url: string): Promise<void> {
  try {
    await fetch(url, { method: 'HEAD', mode: 'no-cors' });
  } catch {
    return;
  }
  throw new UploadError(
    'cors',
    `The store is there, but not for this page: the CORS rule of the bucket must allow PUT from ${location.origin}.`,
    { retryable: true },
  );
}

/** `incomplete` and `not_found` are what life goes on from: by asking the Worker, or by beginning again. */
function errorOf(next: Verdict, outcome: Outcome, { file }: Job, partNumber: number): UploadError {
  const code = next.do === 'fail' ? next.code : next.do === 'verify' ? 'incomplete' : 'not_found';
  const { status, code: storeCode, requestId } = outcome.kind === 'answered' ? outcome : {};
  const said = [status, storeCode].join(' ');
  return new UploadError(code, `${file.name}, part ${partNumber}: the store says ${said}`, {
    fileName: file.name,
    partNumber,
    retryable: next.do === 'fail' && next.retryable,
    status,
    storeCode,
    requestId,
  });
}
