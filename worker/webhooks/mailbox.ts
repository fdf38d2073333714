/** What is done with one message: it is kept, sent, put off, struck out, or given up. */
import type { KV } from '../ledger/kv.ts';
import type { Log } from '../util/log.ts';
import { deliver, type Delivery, type Receiver } from './deliver.ts';
import { DELIVERED, FIRST, SETTLED_SECONDS, subjectOf, type Kept } from './kept.ts';

/** Attempts that the request that made the message makes itself. */
export const TRIES_AT_ONCE = 3;
/**
 * Delays before later attempts: the schedule of the specification, three days in all.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
const LATER_SECONDS = [5, 30, 120, 300, 600, 840, 1200, 1440].map((minutes) => minutes * 60);
/** Longest delay that a receiver may ask for, in seconds. */
const MAX_WAIT = 86_400;
/** A message that waits for longer is given up: its receiver has been down for a week. */
export const LIFE_SECONDS = 7 * 86_400;
/** KV forgets a message only long after it has been given up. */
const KEPT_SECONDS = 30 * 86_400;
/** KV accepts one write per second to a key. */
const WRITE_AGAIN_MS = [1100, 2200, 4400];
/** Begins the keys of messages that were given up; a date follows, so that they list by day. */
const DEAD = 'dead:';

export type Failure = Extract<Delivery, { kind: 'failed' }>;

/** Why a message was given up: its attempts are used up, or it became too old. */
type Reason = 'attempts' | 'age';

export interface MailboxOptions {
  readonly kv: KV;
  readonly log: Log;
  readonly receiver: Receiver;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Mailbox {
  /** Keeps the message; it is due after `wait` seconds. */
  keep(key: string, record: Kept, wait: number): Promise<void>;
  /** Attempts delivery once. Undefined if nothing is left to do. */
  attempt(key: string, record: Kept): Promise<Failure | undefined>;
  /** True once the message before it has been delivered, or was never sent. */
  isItsTurn(record: Kept): Promise<boolean>;
  /** Waits for the next attempt, or gives the message up after the last one. */
  postpone(key: string, record: Kept, failure: Failure | undefined): Promise<void>;
  /** Moves the message to the dead letters, and logs that. */
  giveUp(key: string, record: Kept, reason: Reason, status?: number): Promise<void>;
}

export function createMailbox(options: MailboxOptions): Mailbox {
  const { kv, log, receiver, now, sleep } = options;
  const seconds = () => Math.floor(now() / 1000);
  /** Messages that this mailbox has given up. */
  let givenUp = 0;

  return { keep, giveUp, attempt, isItsTurn, postpone };

  async function attempt(key: string, record: Kept): Promise<Failure | undefined> {
    const outcome = await deliver(receiver, record);
    if (outcome.kind === 'failed') {
      const { status } = outcome;
      log.warn('webhook_failed', { message: record.id, status, tries: record.tries + 1 });
      return outcome;
    }
    if (outcome.kind === 'gone') {
      log.error('webhook_gone', { message: record.id, ...subjectOf(key), count: ++givenUp });
    }
    await strike(key);
    return undefined;
  }

  async function isItsTurn({ after, createdAt }: Kept): Promise<boolean> {
    if (after === undefined) return true;
    try {
      const earlier = await kv.get(after);
      if (earlier !== null) return earlier === DELIVERED;
      return seconds() - createdAt > SETTLED_SECONDS;
    } catch {
      return false;
    }
  }

  async function postpone(key: string, record: Kept, failure: Failure | undefined): Promise<void> {
    const { retryAfter = 0, status } = failure ?? {};
    const wait = LATER_SECONDS[Math.max(0, record.tries - TRIES_AT_ONCE)];
    if (wait === undefined) return giveUp(key, record, 'attempts', status);
    return keep(key, record, Math.max(wait, Math.min(retryAfter, MAX_WAIT)));
  }

  async function giveUp(key: string, record: Kept, reason: Reason, status?: number): Promise<void> {
    const subject = subjectOf(key);
    const at = new Date(now()).toISOString();
    const letter = { ...record, ...subject, reason, status, givenUpAt: at };
    await write(key, () =>
      kv.put(`${DEAD}${at.slice(0, 10)}:${record.id}`, JSON.stringify(letter), {
        expiration: seconds() + KEPT_SECONDS,
        metadata: { ...subject, reason, status },
      }),
    );
    await strike(key);
    const { id: message, tries } = record;
    const facts = { message, ...subject, reason, status, tries, count: ++givenUp };
    log.error('webhook_given_up', facts);
  }

  /**
   * Removes a delivered message. A first message leaves a mark for the next, which expires by
   * itself.
   */
  function strike(key: string): Promise<void> {
    return write(key, () =>
      key.endsWith(FIRST)
        ? kv.put(key, DELIVERED, { expiration: seconds() + 2 * SETTLED_SECONDS })
        : kv.delete(key),
    );
  }

  function keep(key: string, record: Kept, wait: number): Promise<void> {
    const { madeAt } = record;
    return write(key, () =>
      kv.put(key, JSON.stringify(record), {
        expiration: seconds() + KEPT_SECONDS,
        metadata: { due: seconds() + wait, ...(madeAt !== undefined && { madeAt }) },
      }),
    );
  }

  async function write(key: string, work: () => Promise<void>): Promise<void> {
    for (const delay of [0, ...WRITE_AGAIN_MS]) {
      await sleep(delay);
      try {
        return await work();
      } catch (error) {
        log.warn('webhook_not_kept', { ...subjectOf(key), error });
      }
    }
  }
}

export function failedOnce(record: Kept): Kept {
  return { ...record, tries: record.tries + 1 };
}
