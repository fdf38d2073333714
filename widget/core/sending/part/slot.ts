/** The slot of a part: how it is taken and given back, and how the part waits in it. */
import type { DelayedVerdict } from '../../faults/backoff.ts';
import type { WaitReason } from '../../types.ts';
import type { Flight } from '../../upload/parts.ts';
import type { PartsRound } from '../context.ts';

export interface Slot {
  readonly flight: Flight;
  /** The request has failed: what follows needs no connection. */
  readonly lend: () => void;
  readonly release: () => void;
}

/** Resolves when the part may be sent to `url`; parts that are sent again (`isAgain`) go first. */
export async function takeSlot(
  { upload, parts, context, share, signal }: PartsRound,
  url: string,
  isAgain: boolean,
): Promise<Slot> {
  const { services, concurrency } = context;
  parts.ready++;
  const giveBack = await concurrency.take(share, url, signal, isAgain).finally(() => parts.ready--);
  const flight: Flight = { sent: 0, reportedBytes: 0, drops: concurrency.drops.count };
  parts.flights.add(flight);
  let takeBack: (() => void) | undefined;
  let endTurns: (() => void) | undefined;
  const lendIfStuck = () => {
    if (parts.isStuck || upload.state.hungReads > 0) takeBack ??= concurrency.lend(url);
  };
  const lend = () => {
    lendIfStuck();
    // Reading the file may hang only now.
    endTurns = services.onTurn(lendIfStuck);
  };
  const release = () => {
    parts.flights.delete(flight);
    endTurns?.();
    takeBack?.();
    giveBack();
    services.reviewWaiting(upload);
    services.requestTurn();
  };
  return { flight, lend, release };
}

/**
 * Counts a fault. Those of an upload that is stuck slow down no other, and what a drop of the line has
 * cost is counted already.
 */
export function noteFault({ parts, context }: PartsRound, flight: Flight): void {
  if (!parts.isStuck && !flight.isLost) context.concurrency.slowDown();
  parts.faults++;
}

/**
 * The part keeps its slot: in an outage nothing else should be tried in its place. An upload that is
 * stuck lends it to others.
 */
export async function pausePart(
  round: PartsRound,
  flight: Flight,
  verdict: DelayedVerdict,
): Promise<void> {
  if (!verdict.delayMs) return;
  const isOffline = verdict.do === 'wait';
  if (!isOffline) noteFault(round, flight);
  waitFor(round, flight, isOffline ? 'online' : flight.waitingFor);
  await round.context.services.backoff.wait(verdict, round.signal);
}

/** Shows why the part waits, and takes back the bytes that its request had sent. */
export function waitFor(
  { upload, context }: PartsRound,
  flight: Flight,
  reason: WaitReason = 'store',
): void {
  flight.sent = 0;
  flight.waitingFor = reason;
  context.services.reviewWaiting(upload);
}
