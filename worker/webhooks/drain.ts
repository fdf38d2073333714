/** Sends messages that wait, as fast as the receiver takes them. */
import * as v from 'valibot';
import { MOST_AT_ONCE, readMany, type Key, type KV } from '../ledger/kv.ts';
import { fromAnywhere, inTurn, SHARDS, walk } from '../ledger/walk.ts';
import { Due, MESSAGES, readKept, type Waiting } from './kept.ts';
import { failedOnce, LIFE_SECONDS, type Mailbox } from './mailbox.ts';
import type { ReceiverState } from './receiver-state.ts';

/** Attempts that are left in this invocation. */
export interface Attempts {
  left: number;
}

/** What one drain may spend. */
export interface DrainBudget {
  /** Messages that may be tried. */
  readonly limit: number;
  /** Lists of a thousand messages each. */
  readonly lists: number;
  /** Shared with others who send messages. */
  readonly attempts?: Attempts | undefined;
  /** Whether time and operations on KV are left for another message. */
  hasRoom(): boolean;
}

/** After this many failures in a row the receiver counts as down, and the other messages wait. */
const GIVE_UP_AFTER = 3;
/** Workers allow six connections at once. */
const AT_ONCE = 6;
/** Reads of KV for each message that may be sent, because some turn out to have to wait. */
const READS_EACH = 10;

/**
 * Tries the messages that are due, one at first and six at once as soon as the receiver takes one.
 * The messages of one upload go one after the other, and those of all owners in turn.
 *
 * @returns the number of delivered ones.
 */
export async function drain(
  kv: KV,
  mailbox: Mailbox,
  receiver: ReceiverState,
  now: () => number,
  { limit, lists, hasRoom, attempts = { left: limit } }: DrainBudget,
): Promise<number> {
  const seconds = () => Math.floor(now() / 1000);
  receiver.refresh();
  if (await receiver.isDown()) return 0;
  const shard = Math.floor(Math.random() * SHARDS);
  const { keys, isAll } = await walk(kv, MESSAGES, { shard }, lists);
  const { owners, tooOld } = waitingIn(keys, seconds());
  const uploads = [...inTurn(owners)];
  let started = 0;
  let delivered = 0;
  let inARow = 0;
  let readsLeft = limit * READS_EACH;
  let index = 0;
  const isSpent = () => started >= limit || attempts.left <= 0 || readsLeft <= 0 || !hasRoom();
  const isOver = () => inARow >= GIVE_UP_AFTER || isSpent();
  const take = (count: 1 | -1) => {
    started += count;
    attempts.left -= count;
  };

  while (index < uploads.length && !isOver()) {
    const length = Math.min(MOST_AT_ONCE, limit - started);
    const chunk = uploads.slice(index, index + length);
    index += chunk.length;
    const first = chunk.flatMap(([message]) => (message ? [message.name] : []));
    readsLeft -= 2 * first.length;
    await send(chunk, await readMany(kv, first));
  }
  for (const { name } of tooOld) {
    if (!hasRoom()) break;
    const record = readKept(await kv.get(name));
    if (record) await mailbox.giveUp(name, record, 'age');
  }
  if (inARow >= GIVE_UP_AFTER) await receiver.failed();
  else await receiver.answered(!isAll || isSpent() || index < uploads.length);
  return delivered;

  async function send(
    chunk: (readonly Waiting[])[],
    values: ReadonlyMap<string, string | null>,
  ): Promise<void> {
    const lanes: Promise<void>[] = [];
    const lane = async () => {
      for (let next = chunk.shift(); next && !isOver(); next = chunk.shift()) {
        await sendInOrder(next, values, () => {
          while (lanes.length < AT_ONCE) lanes.push(lane());
        });
      }
    };
    lanes.push(lane());
    // More are added while these run.
    for (const running of lanes) await running;
  }

  async function sendInOrder(
    messages: readonly Waiting[],
    values: ReadonlyMap<string, string | null>,
    onDelivered: () => void,
  ): Promise<void> {
    for (const { name, due } of messages) {
      // Later messages of this upload have to wait as well.
      if (due > seconds() || isOver()) return;
      take(1);
      const record = readKept(values.has(name) ? values.get(name) : await kv.get(name));
      if (!record || !(await mailbox.isItsTurn(record))) {
        take(-1);
        return;
      }
      const failure = await mailbox.attempt(name, record);
      if (failure) {
        inARow++;
        await mailbox.postpone(name, failedOnce(record), failure);
        return;
      }
      delivered++;
      inARow = 0;
      onDelivered();
    }
  }
}

/**
 * The uploads of each owner with something due, and the messages of each upload in order; and what
 * has waited for too long.
 */
function waitingIn(keys: readonly Key[], now: number) {
  const uploads = new Map<string, Waiting[]>();
  const tooOld: Waiting[] = [];
  for (const { name, metadata } of keys) {
    const due = v.safeParse(Due, metadata);
    if (!due.success) continue;
    const message = { name, due: due.output.due, madeAt: due.output.madeAt };
    if (message.madeAt !== undefined && message.madeAt + LIFE_SECONDS < now) {
      tooOld.push(message);
      continue;
    }
    const upload = name.split(':', 3).join(':');
    uploads.set(upload, [...(uploads.get(upload) ?? []), message]);
  }
  const owners = new Map<string, (readonly Waiting[])[]>();
  for (const [upload, messages] of uploads) {
    const [first] = messages;
    if (!first || first.due > now) continue;
    const owner = upload.slice(0, upload.lastIndexOf(':'));
    const others = owners.get(owner) ?? [];
    owners.set(owner, others);
    others.push(messages);
  }
  return { owners: fromAnywhere([...owners.values()].map(fromAnywhere)), tooOld };
}
