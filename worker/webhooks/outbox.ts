/**
 * Messages that have yet to be delivered, kept in KV: each at least once, and those of one upload
 * in order. KV may be a minute behind, and a place that has looked for a missing key may not find
 * it for a minute. So the order never depends on a key that is missing, but on a key that says that
 * the earlier message was delivered, or on time that has passed.
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency
 */
import * as v from 'valibot';
import type { UploadEvent } from '../hooks.ts';
import type { KV } from '../ledger/kv.ts';
import { parseJson } from '../util/parse-json.ts';
import type { Log } from '../log.ts';
import { ownerHash } from '../ledger/record.ts';
import { fromAnywhere, inTurn, SHARDS, walk } from '../ledger/walk.ts';
import { deliver, type Delivery, type Receiver } from './deliver.ts';
import type { Message } from './message.ts';

const MESSAGES = 'w:';
/** Suffixes of keys, in order. */
const FIRST = ':0';
const THEN = ':1:';
/** Replaces a first message that has been delivered. */
const DELIVERED = 'delivered';

/** Delays between attempts of the request that made the message. The platform allows it 30 s. */
const AT_ONCE_MS = [0, 5_000, 20_000];
/** How long the cron trigger leaves a message to its request. */
const HEAD_START_SECONDS = 60;
/** After this time, KV shows every place what was written. */
const SETTLED_SECONDS = 150;
/**
 * Delays before later attempts, by the cron trigger: the specification's schedule, three days in
 * all.
 */
const LATER_SECONDS = [5, 30, 120, 300, 600, 840, 1200, 1440].map((minutes) => minutes * 60);
const KEPT_SECONDS = 5 * 86_400;
/** Longest delay that a receiver may ask for, in seconds. */
const MAX_WAIT = 86_400;
/** KV accepts one write per second to a key. */
const WRITE_AGAIN_MS = [1100, 2200, 4400];
/** After this many failures in a row the receiver counts as down, and the other messages wait. */
const GIVE_UP_AFTER = 3;

/** Number of lists, of a thousand messages each, that one call of `resend` reads. */
const LISTS = 4;
/**
 * Reads of KV for each message that may be sent, because some messages turn out to have to wait.
 */
const READS_EACH = 10;

const Kept = v.object({
  id: v.string(),
  body: v.string(),
  /** Key of the message that has to be delivered first. */
  after: v.exactOptional(v.string()),
  /** When the upload was created, in seconds since the epoch. */
  createdAt: v.number(),
  /** Failed attempts so far. */
  tries: v.number(),
});
type Kept = v.InferOutput<typeof Kept>;

/** A key's metadata, so that a list tells what is due. Seconds since the epoch. */
const Due = v.object({ due: v.number() });

/** A message that has not been delivered. */
interface Waiting {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly due: number;
}

type Failure = Extract<Delivery, { kind: 'failed' }>;

export interface OutboxOptions {
  readonly kv: KV;
  readonly log: Log;
  readonly receiver: Receiver;
  /** Whether the receiver is told of new uploads, too: then later messages wait for that one. */
  readonly tellsPrepared: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface Outbox {
  /** Keeps the message and tries for half a minute to deliver it. Never rejects. */
  send(event: UploadEvent, message: Message): Promise<void>;
  /** Tries `limit` messages that are due. Resolves with the number of delivered ones. */
  resend(limit: number): Promise<number>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { kv, log, receiver, now, sleep = pause } = options;
  const seconds = () => Math.floor(now() / 1000);

  return {
    async send(event, message) {
      const { type, upload } = event;
      const of = `${MESSAGES}${await ownerHash(upload.owner)}:${upload.id}`;
      const isFirst = type === 'prepared';
      const key = isFirst ? of + FIRST : `${of}${THEN}${type}`;
      let record: Kept = {
        ...message,
        createdAt: upload.createdAt,
        tries: 0,
        ...(!isFirst && options.tellsPrepared && { after: of + FIRST }),
      };
      await keep(key, record, HEAD_START_SECONDS);
      let wait: number | undefined;
      for (const delay of AT_ONCE_MS) {
        if (wait !== undefined) break;
        await sleep(delay);
        if (!(await isItsTurn(record))) continue;
        const failure = await attempt(key, record);
        if (!failure) return;
        wait = failure.retryAfter;
        record = failedOnce(record);
      }
      await postpone(key, record, wait);
    },

    async resend(limit) {
      let delivered = 0;
      let failed = 0;
      let readsLeft = limit * READS_EACH;
      for (const messages of inTurn(await waitingOwners())) {
        for (const { name, due } of messages) {
          if (delivered + failed >= limit || failed >= GIVE_UP_AFTER || readsLeft <= 0) {
            return delivered;
          }
          // Later messages of this upload have to wait as well.
          if (due > seconds()) break;
          readsLeft -= 2;
          const record = await recordAt(name);
          if (!record || !(await isItsTurn(record))) break;
          const failure = await attempt(name, record);
          if (failure) {
            failed++;
            await postpone(name, failedOnce(record), failure.retryAfter);
            break;
          }
          delivered++;
          failed = 0;
        }
      }
      return delivered;
    },
  };

  /**
   * The uploads of each owner, and the messages of each upload in order, as far as a few lists
   * reach.
   */
  async function waitingOwners(): Promise<(readonly (readonly Waiting[])[])[]> {
    const shard = Math.floor(Math.random() * SHARDS);
    const { keys } = await walk(kv, MESSAGES, { shard }, LISTS);
    const uploads = new Map<string, Waiting[]>();
    for (const { name, metadata } of keys) {
      const due = v.safeParse(Due, metadata);
      if (!due.success) continue;
      const upload = name.split(':', 3).join(':');
      uploads.set(upload, [...(uploads.get(upload) ?? []), { name, due: due.output.due }]);
    }
    const owners = new Map<string, (readonly Waiting[])[]>();
    for (const [upload, messages] of uploads) {
      const owner = upload.slice(0, upload.lastIndexOf(':'));
      owners.set(owner, [...(owners.get(owner) ?? []), messages]);
    }
    return fromAnywhere([...owners.values()].map(fromAnywhere));
  }

  /** Attempts delivery. Undefined if nothing is left to do. */
  async function attempt(key: string, record: Kept): Promise<Failure | undefined> {
    const outcome = await deliver(receiver, record);
    if (outcome.kind === 'failed') {
      const { status } = outcome;
      log.warn('webhook_failed', { message: record.id, status, tries: record.tries + 1 });
      return outcome;
    }
    if (outcome.kind === 'gone') log.warn('webhook_gone', { message: record.id });
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

  async function postpone(key: string, record: Kept, atLeast = 0): Promise<void> {
    const wait = LATER_SECONDS[Math.max(0, record.tries - AT_ONCE_MS.length)];
    if (wait !== undefined) return keep(key, record, Math.max(wait, Math.min(atLeast, MAX_WAIT)));
    log.warn('webhook_given_up', { message: record.id });
    await strike(key);
  }

  /**
   * Removes a delivered message. A first message leaves a mark for the next, which expires by
   * itself.
   */
  function strike(key: string): Promise<void> {
    return write(() =>
      key.endsWith(FIRST)
        ? kv.put(key, DELIVERED, { expiration: seconds() + 2 * SETTLED_SECONDS })
        : kv.delete(key),
    );
  }

  function keep(key: string, record: Kept, wait: number): Promise<void> {
    return write(() =>
      kv.put(key, JSON.stringify(record), {
        expiration: seconds() + KEPT_SECONDS,
        metadata: { due: seconds() + wait },
      }),
    );
  }

  async function write(work: () => Promise<void>): Promise<void> {
    for (const delay of [0, ...WRITE_AGAIN_MS]) {
      await sleep(delay);
      try {
        return await work();
      } catch (error) {
        log.warn('webhook_not_kept', { error });
      }
    }
  }

  async function recordAt(key: string): Promise<Kept | undefined> {
    const record = v.safeParse(Kept, parseJson(await kv.get(key)));
    return record.success ? record.output : undefined;
  }
}

function failedOnce(record: Kept): Kept {
  return { ...record, tries: record.tries + 1 };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
