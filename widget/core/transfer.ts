/** All parts of one upload: how far ahead of the line they are hashed, and when they are signed. */
import type { PartReceipt, SignAnswer, SignBody } from '../../worker/protocol.ts';
import { Batch } from './batch.ts';
import { now } from './clock.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';
import { sendPart, type Round, type WantedPart } from './part.ts';
import type { Parts, SignedPart } from './parts.ts';
import { remember } from './remember.ts';
import { patienceMs } from './signer.ts';

/** Asked of the pool at once for one file; it has at most four workers. */
const HASHES = 4;
/** Hashed ahead of the line, so that at 50 MB/s 10 GiB take three signing calls. */
const AHEAD_SECONDS = 120;
const LEAST_AHEAD_PARTS = 16;
/** The engine looks this late, and a call may take twice as long as the last ones. */
const SLACK_MS = 300;

/**
 * Settles when no part is missing any more.
 *
 * @throws UploadError where one cannot be stored; the signal's reason.
 */
export function transfer(
  engine: Engine,
  job: Job,
  parts: Parts,
  signal: AbortSignal,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const signs = new Batch<WantedPart, SignedPart>(
      (wanted) => sign(round, wanted),
      () => patienceMs(engine.options, true),
    );
    const round: Round = { engine, job, parts, signs, signal };
    const look = () => {
      if (parts.isComplete) return resolve();
      signs.size = engine.policy?.batch.sign ?? 1;
      const horizon = Math.min(horizonOf(engine, parts), signs.size);
      while (parts.hashing < HASHES && parts.unsent - parts.todo.length < horizon) {
        const number = parts.todo.pop();
        if (!number) break;
        sendPart(round, number).catch(reject);
      }
      if (isUrgent(round)) signs.flush();
      void remember(engine);
    };
    parts.begin();
    job.look = look;
    signal.addEventListener('abort', () => reject(signal.reason));
    look();
  }).finally(() => (job.look = undefined));
}

function horizonOf({ bytesPerSecond }: Engine, { partBytes }: Parts): number {
  return Math.max((bytesPerSecond * AHEAD_SECONDS) / partBytes || 0, LEAST_AHEAD_PARTS);
}

/** The next batch is signed shortly before the last URL is used, and not sooner: so batches are large. */
function isUrgent({
  engine: { pacer, bytesPerSecond, roundTripMs },
  parts,
  signs,
}: Round): boolean {
  const { flights, ready, partBytes, isSigning } = parts;
  const { waiting } = signs;
  if (isSigning || !waiting) return false;
  const isMoreComing = parts.hashing > 0 && flights.size > 0;
  if (isMoreComing && waiting < pacer.limit / 2) return false;
  if (!ready && (pacer.hasRoom || !flights.size)) return true;
  let mostSent = 0;
  for (const { sent } of flights) mostSent = Math.max(mostSent, sent);
  // The first slot is free when the foremost part is through; from then on each URL lasts a while.
  const spareBytes =
    (partBytes - mostSent) * flights.size + Math.max(0, ready - pacer.limit) * partBytes;
  return spareBytes < (bytesPerSecond / 1000) * (2 * roundTripMs + SLACK_MS);
}

async function sign(
  { engine, job, parts, signal }: Round,
  wanted: WantedPart[],
): Promise<(SignedPart | undefined)[]> {
  const stored: PartReceipt[] = parts.unreported.splice(0);
  const body: SignBody = { parts: wanted, ...(stored.length && { stored }) };
  const signedAt = now();
  parts.isSigning = true;
  try {
    const { requests, expiresIn } = await engine.signer.call<SignAnswer>(
      `/uploads/${job.id}/sign`,
      {
        body,
        token: job.token,
        has: 'requests',
        signal,
      },
    );
    engine.roundTripMs += (performance.now() - signedAt.monotonic - engine.roundTripMs) / 4;
    parts.sign(requests, signedAt, expiresIn);
    return wanted.map(({ number }) => parts.signed.get(number));
  } catch (error) {
    parts.unreported.push(...stored);
    throw error;
  } finally {
    parts.isSigning = false;
  }
}
