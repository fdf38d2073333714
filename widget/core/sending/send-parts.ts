/** All missing parts of one upload: how far ahead of sending they are hashed, and when they are signed. */
import type { PartReceipt, SignAnswer, SignBody } from '../../../worker/protocol.ts';
import { Batch } from '../api/batch.ts';
import { resumeUpload, signParts } from '../api/upload-calls.ts';
import { isUploadError } from '../errors.ts';
import { patienceMs } from '../options.ts';
import { Share } from '../throughput/concurrency.ts';
import type { Parts } from '../upload/parts.ts';
import type { SignedPart } from '../upload/signed-part.ts';
import type { Upload } from '../upload/upload.ts';
import { now } from '../util/clock.ts';
import type { SendingContext } from './context.ts';
import { extendUpload } from './begin/register.ts';
import { sendPart } from './part.ts';
import type { PartsRound, WantedPart } from './context.ts';

/** Parts of one file that are hashed at once; the pool has at most four workers. */
const HASHES = 4;
/** Parts are hashed this far ahead, so that 10 GiB at 50 MB/s take three signing calls. */
const AHEAD_SECONDS = 120;
const LEAST_AHEAD_PARTS = 16;
/** A turn may come this late. A call is also allowed twice the time that the last ones took. */
const SLACK_MS = 300;

/**
 * Resolves when no part is missing any more.
 *
 * @throws UploadError if one cannot be stored; the reason of `signal` once it is aborted.
 */
export function sendMissingParts(
  upload: Upload,
  parts: Parts,
  context: SendingContext,
  signal: AbortSignal,
): Promise<void> {
  const { services, waiting } = context;
  const mostSigned = () => services.policy?.batch.sign ?? 1;
  let endTurns: (() => void) | undefined;
  return new Promise<void>((resolve, reject) => {
    const signatures = new Batch<WantedPart, SignedPart>(
      (wanted) => sign(round, wanted),
      mostSigned,
      () => patienceMs(services.options, true),
    );
    const round: PartsRound = {
      upload,
      parts,
      context,
      signatures,
      signal,
      share: new Share(parts),
    };
    const takeTurn = () => {
      if (parts.isComplete) return resolve();
      const horizon = Math.min(horizonOf(round), mostSigned());
      while (parts.hashing < HASHES && parts.unsent - parts.todo.length < horizon) {
        const number = parts.todo.pop();
        if (!number) break;
        sendPart(round, number).catch(reject);
      }
      if (isSigningUrgent(round)) signatures.flush();
      void waiting.note();
    };
    parts.begin();
    endTurns = services.onTurn(takeTurn);
    signal.addEventListener('abort', () => reject(signal.reason));
    takeTurn();
  }).finally(() => endTurns?.());
}

/** Parts that are hashed and signed ahead. */
function horizonOf({ context: { services }, parts }: PartsRound): number {
  const bytesPerSecond = services.rate.perSecond() ?? 0;
  return Math.max((bytesPerSecond * AHEAD_SECONDS) / parts.partBytes || 0, LEAST_AHEAD_PARTS);
}

/** The next batch is signed only shortly before the last URL is used, so that batches are large. */
function isSigningUrgent({ context, parts, signatures }: PartsRound): boolean {
  const { concurrency } = context;
  const { rate } = context.services;
  const { flights, ready, partBytes, isSigning } = parts;
  const { waiting } = signatures;
  if (isSigning || !waiting) return false;
  const isMoreComing = parts.hashing > 0 && flights.size > 0;
  if (isMoreComing && waiting < concurrency.limit / 2) return false;
  if (!ready && (concurrency.hasRoom || !flights.size)) return true;
  let mostSent = 0;
  for (const { sent } of flights) mostSent = Math.max(mostSent, sent);
  // The next URL is used when the part in flight that has sent most is complete.
  const spareBytes =
    (partBytes - mostSent) * flights.size + Math.max(0, ready - concurrency.limit) * partBytes;
  const bytesPerMs = (rate.perSecond() ?? 0) / 1000;
  return spareBytes < bytesPerMs * (2 * context.signingTime.ms + SLACK_MS);
}

/** Signs parts. If the token has ended, the upload is continued, and no part in flight is disturbed. */
async function signInTime(
  upload: Upload,
  body: SignBody,
  context: SendingContext,
  signal: AbortSignal,
): Promise<SignAnswer> {
  const { worker } = context.services;
  try {
    return await signParts(worker, upload, body, signal);
  } catch (error) {
    if (!isUploadError(error) || error.code !== 'expired') throw error;
    extendUpload(upload, await resumeUpload(worker, upload, signal), context);
    return signParts(worker, upload, body, signal);
  }
}

async function sign(
  { upload, parts, context, signal }: PartsRound,
  wanted: WantedPart[],
): Promise<(SignedPart | undefined)[]> {
  const stored: PartReceipt[] = parts.unreported.splice(0);
  const body: SignBody = { parts: wanted, ...(stored.length > 0 ? { stored } : {}) };
  const signedAt = now();
  parts.isSigning = true;
  try {
    const { requests, expiresIn, ...renewal } = await signInTime(upload, body, context, signal);
    extendUpload(upload, renewal, context);
    context.signingTime.observe(performance.now() - signedAt.monotonic);
    parts.addSigned(requests, signedAt, expiresIn);
    return wanted.map(({ number }) => parts.signed.get(number));
  } catch (error) {
    parts.unreported.push(...stored);
    throw error;
  } finally {
    parts.isSigning = false;
  }
}
