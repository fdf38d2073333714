/** One part on its way to the store: as often as it takes, or until it is clear that it will not. */
import { ageMs } from './clock.ts';
import { UploadError } from './errors.ts';
import type { Engine } from './engine.ts';
import { assertReadable } from './files.ts';
import type { Job } from './job.ts';
import { saveSoon } from './journal.ts';
import type { Faults, Flight, Parts, SignedPart } from './parts.ts';
import { Rate } from './rate.ts';
import { verdict, type Verdict } from './retry.ts';
import { FIRST_CONTACT_MS, napMs } from './signer.ts';
import { send, type Outcome } from './transport.ts';

const STALL_MS = 30_000;

/** Sends the next signed part of a job; holds its slot through the retries. Never rejects. */
export async function sendPart(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  const { parts } = job;
  parts?.expire();
  const [number] = parts?.signed.keys() ?? [];
  if (!parts || number === undefined) return engine.pump();
  const part = parts.signed.get(number) as SignedPart;
  const flight: Flight = { sent: 0 };
  parts.signed.delete(number);
  parts.flying.set(number, flight);
  engine.pacer.inFlight++;
  if (job.state.status !== 'uploading') engine.apply(job, { type: 'send' });
  try {
    await fly(engine, job, parts, part, flight, signal);
  } catch (error) {
    job.fail(error);
  } finally {
    engine.pacer.inFlight--;
    parts.flying.delete(number);
    engine.review(job);
    engine.changed(job);
    engine.pump();
    if (parts.isComplete) job.finish();
  }
}

async function fly(
  engine: Engine,
  job: Job,
  parts: Parts,
  part: SignedPart,
  flight: Flight,
  signal: AbortSignal,
): Promise<void> {
  const { request, checksum } = part;
  const { number } = request;
  const { pacer, naps, options } = engine;
  const body = parts.slice(job.file, number);
  const count = (bytes: number) => {
    engine.rate.add(bytes);
    (job.rate ??= new Rate(performance.now())).add(bytes);
    flight.sent += bytes;
    engine.changed(job);
  };
  for (;;) {
    const outcome = await send(request, body, {
      signal,
      stallMs: options.stallMs ?? STALL_MS,
      onSent: (sent) => count(Math.max(0, Math.min(sent, body.size) - flight.sent)),
    });
    if (outcome.kind === 'stored') {
      const { etag } = outcome;
      count(body.size - flight.sent);
      pacer.stored();
      engine.wasStoreReached = true;
      job.wasRead = true;
      parts.faults.delete(number);
      parts.store(number, etag, checksum);
      return keepReceipt(engine, job, parts, number);
    }
    flight.sent = 0;
    if (outcome.kind === 'answered') engine.wasStoreReached = true;
    if (outcome.kind === 'no-answer') await assertReadable(job);
    const faults = faultsOf(parts, number);
    const next = outcome.kind === 'aborted' ? undefined : judge(engine, faults, outcome);
    if (next && 'delayMs' in next) {
      if (next.delayMs) {
        if (next.do !== 'wait') pacer.slowDown();
        flight.resting = next.do === 'wait' ? 'online' : 'store';
        engine.review(job);
        await naps.take(napMs(next), signal);
        flight.resting = undefined;
        engine.review(job);
      }
      if (next.do !== 'retry') return void parts.hashed.set(number, checksum);
    }
    // Back in line where it was aborted, or where fewer are to be in flight; old URLs end there too.
    if (signal.aborted || !next || pacer.isOverfull || ageMs(part.signedAt) > part.goodForMs) {
      return void parts.signed.set(number, part);
    }
    if (next.do === 'verify' && job.isSingle) {
      // Completing it asks the Worker, which compares what lies there.
      return parts.store(number, undefined, checksum);
    }
    if (next.do === 'repair') return void parts.todo.push(number);
    if (!('delayMs' in next)) throw errorOf(next, outcome, job, number);
  }
}

/** Where the store cannot list its parts, their ETags are all there is. */
function keepReceipt(engine: Engine, job: Job, parts: Parts, number: number): void {
  if (engine.policy?.listParts || job.isSingle) return;
  const { etag, ...receipt } = parts.stored.get(number) ?? { number };
  if (!etag) {
    const message =
      'The ETag of a part cannot be read: add ETag to ExposeHeaders in the CORS rule of the bucket.';
    throw new UploadError('cors', message, { partNumber: number });
  }
  parts.unreported.push({ ...receipt, etag });
  saveSoon(job);
}

function faultsOf(parts: Parts, number: number): Faults {
  let faults = parts.faults.get(number);
  if (!faults) {
    faults = { faults: 0, refusals: 0, mismatches: 0, since: performance.now() };
    parts.faults.set(number, faults);
  }
  return faults;
}

function judge({ options, wasStoreReached }: Engine, faults: Faults, outcome: Outcome): Verdict {
  const { patienceMs = 600_000 } = options;
  const next = verdict(outcome, {
    ...faults,
    sinceMs: performance.now() - faults.since,
    patienceMs: wasStoreReached ? patienceMs : Math.min(patienceMs, FIRST_CONTACT_MS),
    isOnline: navigator.onLine,
  });
  if (next.do === 'wait') faults.since = performance.now();
  else if (next.do === 'repair') faults.mismatches++;
  else if (next.do === 'resign' && outcome.kind === 'answered') faults.refusals++;
  else faults.faults++;
  return next;
}

/** `incomplete` and `not_found` are what life goes on from: by asking the Worker, or by beginning again. */
function errorOf(next: Verdict, outcome: Outcome, job: Job, partNumber: number): UploadError {
  const answered = outcome.kind === 'answered' ? outcome : undefined;
  const { status, code: storeCode, requestId } = answered ?? {};
  const isFailure = next.do === 'fail';
  const code = isFailure ? next.code : next.do === 'verify' ? 'incomplete' : 'not_found';
  const said = answered ? `answered ${status} ${storeCode ?? ''}`.trimEnd() : 'gave no answer';
  return new UploadError(code, `${job.file.name}: the store ${said} to part ${partNumber}.`, {
    fileName: job.file.name,
    partNumber,
    retryable: isFailure && next.retryable,
    ...(status && { status }),
    ...(storeCode && { storeCode }),
    ...(requestId && { requestId }),
  });
}
