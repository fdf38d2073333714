/** One round of upkeep: what has to be done although nobody asks for it. */
import type { Signer } from '../context.ts';
import type { WaitUntil } from '../ledger/ledger.ts';
import type { Log } from '../util/log.ts';
import { abortNotedOrphans } from '../upload/end/orphans.ts';
import { sweep } from '../upload/end/sweep.ts';
import type { Effort } from './effort.ts';
import type { Meter } from './meter.ts';

/** What a round works with. */
export interface Round {
  /** Works on KV through `records`, webhooks about what it ends included. */
  readonly signer: Signer;
  /** Sends what has waited, through `messages`. */
  readonly webhooks: Signer['webhooks'];
  readonly effort: Effort;
  /** Operations on KV that are left for records. */
  readonly records: Meter;
  /** Operations on KV that are left for webhooks. */
  readonly messages: Meter;
  readonly waitUntil: WaitUntil;
}

/** Operations on KV that may be under way when a limit is reached. */
const RESERVE = 12;

/** Does everything once, each part by itself: a part that fails is logged and ends no other. */
export async function runRound({
  signer,
  webhooks,
  effort,
  records,
  messages,
  waitUntil,
}: Round): Promise<void> {
  const { ledger, log } = signer;
  // Not the signer's clock: this is about how long the platform lets the round run.
  const endsAt = Date.now() + effort.timeMs;
  const hasTime = () => Date.now() < endsAt;
  const aborts = { left: effort.orphans };
  await Promise.all([
    part(log, 'resend_failed', () =>
      webhooks?.resend(effort.messages, {
        lists: effort.messageLists,
        hasRoom: () => hasTime() && messages.left > RESERVE,
      }),
    ),
    part(log, 'sweep_round_failed', () =>
      sweep(signer, waitUntil, {
        requests: effort.storeRequests,
        uploads: effort.uploads,
        lists: effort.recordLists,
        aborts,
        readBytes: effort.readBytes,
        hasRoom: () => hasTime() && records.left > RESERVE,
      }),
    ),
  ]);
  await Promise.all([
    part(log, 'orphans_failed', () => abortNotedOrphans(signer, aborts)),
    part(log, 'recount_failed', () =>
      effort.recountLists > 0 && hasTime() ? ledger.recount(effort.recountLists) : undefined,
    ),
  ]);
}

async function part(
  log: Log,
  event: string,
  work: () => Promise<unknown> | undefined,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error(event, { error });
  }
}
