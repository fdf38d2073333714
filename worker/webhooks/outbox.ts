/**
 * Messages that have yet to be delivered, kept in KV: each at least once, and those of one upload
 * in order. KV may be a minute behind, and a place that has looked for a missing key may not find
 * it for a minute. So the order never depends on a key that is missing, but on a key that says that
 * the earlier message was delivered, or on time that has passed.
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency
 */
import type { UploadEvent } from '../hooks.ts';
import type { KV } from '../ledger/kv.ts';
import { ownerHash } from '../ledger/record.ts';
import type { Log } from '../util/log.ts';
import type { Receiver } from './deliver.ts';
import { drain, type Attempts, type DrainBudget } from './drain.ts';
import { FIRST, MESSAGES, THEN, type Kept } from './kept.ts';
import { createMailbox, failedOnce, TRIES_AT_ONCE, type Failure } from './mailbox.ts';
import type { Message } from './message.ts';
import { createReceiverState } from './receiver-state.ts';

/** Delays between attempts of the request that made the message. The platform allows it 30 s. */
const AT_ONCE_MS = [0, 5_000, 20_000].slice(0, TRIES_AT_ONCE);
/** How long the cron trigger leaves a message to its request. */
const HEAD_START_SECONDS = 60;
/** Lists of a thousand messages each that one call of `resend` reads. */
const LISTS = 4;

export interface OutboxOptions {
  readonly kv: KV;
  readonly log: Log;
  readonly receiver: Receiver;
  /** Whether the receiver is told of new uploads, too: then later messages wait for that one. */
  readonly tellsPrepared: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Then each message is tried at most once, and all together as often as this says. */
  readonly attempts?: Attempts | undefined;
}

export interface Outbox {
  /** Keeps the message and tries for half a minute to deliver it. Never rejects. */
  send(event: UploadEvent, message: Message): Promise<void>;
  /** Tries `limit` messages that are due. Resolves with the number of delivered ones. */
  resend(limit: number, budget?: Partial<Pick<DrainBudget, 'lists' | 'hasRoom'>>): Promise<number>;
  /** True if messages wait for a receiver that may be tried; up to a minute late. */
  hasBacklog(): Promise<boolean>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { kv, now, attempts, sleep = pause } = options;
  const mailbox = createMailbox({ ...options, sleep });
  const receiver = createReceiverState(kv, options.receiver.url, now);

  return {
    async send(event, message) {
      const { type, upload } = event;
      const of = `${MESSAGES}${await ownerHash(upload.owner)}:${upload.id}`;
      const isFirst = type === 'prepared';
      const key = isFirst ? of + FIRST : `${of}${THEN}${type}`;
      let record: Kept = {
        ...message,
        createdAt: upload.createdAt,
        madeAt: Math.floor(now() / 1000),
        tries: 0,
        ...(!isFirst && options.tellsPrepared && { after: of + FIRST }),
      };
      const delays = (await receiver.isDown()) ? [] : delaysNow();
      await mailbox.keep(key, record, delays.length === 0 ? 0 : HEAD_START_SECONDS);
      if (delays.length === 0) return;
      let failure: Failure | undefined;
      for (const delay of delays) {
        if (failure?.retryAfter !== undefined) break;
        await sleep(delay);
        if (!(await mailbox.isItsTurn(record))) continue;
        failure = await mailbox.attempt(key, record);
        if (!failure) return;
        record = failedOnce(record);
      }
      await mailbox.postpone(key, record, failure);
    },

    async resend(limit, { lists = LISTS, hasRoom = () => true } = {}) {
      return drain(kv, mailbox, receiver, now, { limit, lists, attempts, hasRoom });
    },

    hasBacklog: () => receiver.hasBacklog(),
  };

  /** No attempt where none are left. */
  function delaysNow(): readonly number[] {
    if (!attempts) return AT_ONCE_MS;
    if (attempts.left <= 0) return [];
    attempts.left--;
    return [0];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
