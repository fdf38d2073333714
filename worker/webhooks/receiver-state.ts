/**
 * What is known of the receiver: whether it is down, and whether messages wait for it. It is one
 * record in KV, so that every place stops trying while the receiver is down, and goes on when it is
 * back. The record is a hint: without it, messages are tried, and nothing is lost.
 */
import * as v from 'valibot';
import type { KV } from '../ledger/kv.ts';
import { sha256Hex } from '../util/digest.ts';
import { parseJson } from '../util/parse-json.ts';

const State = v.object({
  /** Rounds in a row that found the receiver down; 0: it is up, and messages wait. */
  failures: v.number(),
  /** Nothing is sent before, in seconds since the epoch. */
  retryAt: v.number(),
});
type State = v.InferOutput<typeof State>;

/** Waits after each failed round; the last one repeats. Not longer than the cron trigger's pace. */
const BACKOFF_SECONDS = [60, 300, 600, 840];
/** How long an isolate believes what it has read. */
const BELIEVED_MS = 60_000;
const KEPT_SECONDS = 30 * 86_400;

/** Nothing here ever throws. */
export interface ReceiverState {
  /** True while nothing should be sent. */
  isDown(): Promise<boolean>;
  /** True if messages wait for a receiver that may be tried. */
  hasBacklog(): Promise<boolean>;
  /** The receiver failed again and again. */
  failed(): Promise<void>;
  /** The receiver answers; `waiting` tells whether messages are left. */
  answered(waiting: boolean): Promise<void>;
  /** Forgets what this isolate believes, for who has to know better. */
  refresh(): void;
}

/** @param url the receiver's; another one has a state of its own. */
export function createReceiverState(kv: KV, url: string, now: () => number): ReceiverState {
  let believed: { readonly state: State | undefined; readonly at: number } | undefined;
  const seconds = () => Math.floor(now() / 1000);

  return {
    async isDown() {
      const state = await current();
      return state !== undefined && state.failures > 0 && state.retryAt > seconds();
    },
    async hasBacklog() {
      const state = await current();
      return state !== undefined && state.retryAt <= seconds();
    },
    async failed() {
      const failures = ((await current())?.failures ?? 0) + 1;
      const wait = BACKOFF_SECONDS[Math.min(failures, BACKOFF_SECONDS.length) - 1] ?? 0;
      await change({ failures, retryAt: seconds() + wait });
    },
    async answered(waiting) {
      const state = await current();
      if (waiting && state?.failures !== 0) await change({ failures: 0, retryAt: seconds() });
      if (!waiting && state) await change(undefined);
    },
    refresh() {
      believed = undefined;
    },
  };

  async function current(): Promise<State | undefined> {
    if (believed && now() - believed.at < BELIEVED_MS) return believed.state;
    let state: State | undefined;
    try {
      const saved = v.safeParse(State, parseJson(await kv.get(await keyFor(url))));
      if (saved.success) state = saved.output;
    } catch {
      // Then the receiver counts as up.
    }
    believed = { state, at: now() };
    return state;
  }

  async function change(state: State | undefined): Promise<void> {
    believed = { state, at: now() };
    try {
      const key = await keyFor(url);
      if (!state) return await kv.delete(key);
      await kv.put(key, JSON.stringify(state), { expiration: seconds() + KEPT_SECONDS });
    } catch {
      // Another isolate has written it within the same second, or the next round will.
    }
  }
}

/** A URL may hold a secret, and be longer than a key of KV. */
async function keyFor(url: string): Promise<string> {
  return `webhooks:${(await sha256Hex(url)).slice(0, 32)}`;
}
