/** One request for one part: to the store, or through the Worker. */
import type { SignedRequest } from '../../../worker/protocol.ts';
import type { Outcome } from '../store/outcome.ts';
import { send, type SendOptions } from '../store/send.ts';
import { stallMs } from '../store/stall.ts';
import type { Flight } from '../upload/parts.ts';
import { readRelayAnswer, relayRequest } from '../api/relay.ts';
import type { PartAttempt, PartsRound } from './context.ts';

export async function sendOnce(round: PartsRound, attempt: PartAttempt): Promise<Outcome> {
  const { signed, number, flight } = attempt;
  const outcome = signed
    ? await sendRequest(round, signed.request, attempt)
    : await sendThroughWorker(round, attempt);
  if (outcome.kind === 'stored') countBytes(round, flight, round.parts.bytesOf(number));
  const isSilent = outcome.kind === 'no-answer' || outcome.kind === 'stalled';
  if (isSilent && flight.hasMoved) {
    flight.isLost = true;
    round.context.concurrency.lost(round.share, flight.drops);
  }
  return outcome;
}

async function sendThroughWorker(round: PartsRound, attempt: PartAttempt): Promise<Outcome> {
  const { worker, options } = round.context.services;
  let request: SignedRequest;
  try {
    request = await relayRequest(worker, round.upload, attempt, round.signal);
  } catch {
    // `getToken` has failed, or takes too long.
    return { kind: 'no-answer' };
  }
  const withCredentials = options.credentials === 'include';
  const read = (xhr: XMLHttpRequest) => readRelayAnswer(xhr, request);
  return sendRequest(round, request, attempt, { read, withCredentials });
}

function sendRequest(
  round: PartsRound,
  request: SignedRequest,
  { flight, stalls }: PartAttempt,
  options: Partial<SendOptions> = {},
): Promise<Outcome> {
  const { upload, parts, context, signal } = round;
  const { services, concurrency, expectedSpeed } = context;
  const body = parts.slice(upload.file, request.number);
  if (upload.phase === 'hashing') services.apply(upload, { type: 'send' });
  else services.reviewWaiting(upload);
  const hidesProgress =
    !expectedSpeed.isProgressSeen && Boolean(navigator.serviceWorker?.controller);
  // A form POST reports no progress.
  if (request.method === 'POST' || hidesProgress) flight.hasMoved = true;
  else flight.reportedBytes = body.size;
  return send(request, body, {
    signal,
    ...options,
    stallMs: stallMs(services.options),
    leastBytesPerMs: expectedSpeed.least(stalls),
    hidesProgress,
    answerMs: expectedSpeed.answerMs,
    onAwaited: (ms, isStalled) => expectedSpeed.awaited(ms, isStalled),
    onSent: (sent) => {
      if (!flight.hasMoved) concurrency.moved();
      flight.hasMoved = true;
      if (sent < body.size) expectedSpeed.isProgressSeen = true;
      countBytes(round, flight, Math.min(sent, body.size));
    },
  });
}

function countBytes({ upload, parts, context }: PartsRound, flight: Flight, sent: number): void {
  const { services, concurrency } = context;
  const bytes = parts.move(flight, sent);
  services.rate.add(bytes);
  concurrency.sent(bytes);
  services.changed(upload);
}
