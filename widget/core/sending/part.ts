/** One part: hash, sign, send, store, in as many attempts as it takes. */
import { relayUrl } from '../api/upload-calls.ts';
import { Attempts } from '../faults/attempts.ts';
import { relayError } from '../faults/store-error.ts';
import { isFresh } from '../upload/signed-part.ts';
import type { PartsRound } from './context.ts';
import { assertLineCarries } from './part/line-terms.ts';
import { checksumOfPart } from './part/checksum.ts';
import { askWhatIsStored } from './part/ask.ts';
import { judge } from './part/judge.ts';
import { refusal } from './part/refusal.ts';
import { signPart } from './part/sign.ts';
import { pausePart, takeSlot } from './part/slot.ts';
import { isStoredAlready, storePart, storeUnseen } from './part/store.ts';
import { extendUpload } from './register.ts';
import { sendOnce } from './send-once.ts';

/** @throws UploadError if the part cannot be stored; the reason of `signal` once it is aborted. */
export async function sendPart(round: PartsRound, number: number): Promise<void> {
  const { upload, parts, context, signal } = round;
  const { services, route } = context;
  const attempts = new Attempts();
  let stalls = 0;
  /** The part's bytes did not arrive as they were hashed. */
  let isSuspect = false;
  for (;;) {
    const checksum = await checksumOfPart(upload, parts, number, context, signal, isSuspect);
    isSuspect = false;
    if (isStoredAlready(round, number, checksum)) return;

    const signed = route.relaysNext() ? undefined : await signPart(round, number, checksum);
    if (signed === 'stored') return storeUnseen(parts, number);
    const url = signed?.request.url ?? relayUrl(services.worker, upload.id, number);
    const { flight, lend, release } = await takeSlot(round, url, attempts.faults > 0);
    try {
      // Its turn may have come too late for the signature.
      if (signed && !isFresh(signed)) continue;
      route.assertNotFull();
      const startedMs = performance.now();
      const attempt = { number, checksum, signed, url, flight, stalls, startedMs };
      const outcome = await sendOnce(round, attempt);
      if (outcome.kind === 'stored') {
        extendUpload(upload, outcome.renewal ?? {}, context);
        return storePart(round, attempt, outcome.etag);
      }
      signal.throwIfAborted();
      if (outcome.kind === 'stalled') stalls++;
      lend();

      const remedy = await judge(round, attempt, attempts, outcome);
      if (flight.isLost) assertLineCarries(round);
      switch (remedy.do) {
        case 'send-again':
          if (remedy.after) await pausePart(round, flight, remedy.after);
          break;
        case 'hash-again':
          isSuspect = true;
          break;
        case 'ask-what-is-stored':
          await askWhatIsStored(round, flight, number);
          break;
        case 'leave-to-complete':
          return storeUnseen(parts, number);
        case 'give-up':
          throw signed
            ? await refusal(round, number, remedy.verdict, outcome)
            : relayError(remedy.verdict, outcome);
      }
    } finally {
      release();
    }
  }
}
