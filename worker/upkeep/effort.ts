/** How much one round of upkeep may do, by the plan of Workers that the account has. */
import type { Pace } from '../webhooks/webhooks.ts';

export const WORKERS_PLANS = ['free', 'paid'] as const;
export type WorkersPlan = (typeof WORKERS_PLANS)[number];

/**
 * What one round may spend. One invocation has 50 requests to other servers on Workers Free and
 * 10,000 on Workers Paid, and 1,000 operations on KV on both:
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests and
 * https://developers.cloudflare.com/kv/platform/limits/
 */
export interface Effort {
  /** Requests to the store for uploads that have expired. */
  readonly storeRequests: number;
  /** Multipart uploads that no record names; each takes up to two requests. */
  readonly orphans: number;
  /** Lists of a thousand records each. */
  readonly recordLists: number;
  /** Operations on KV for uploads that have expired, those lists included. */
  readonly recordOperations: number;
  /** Webhooks that are sent, each of which is one request. */
  readonly messages: number;
  /** Lists of a thousand waiting webhooks each. */
  readonly messageLists: number;
  /** Operations on KV for webhooks, those lists included. */
  readonly messageOperations: number;
  /** Lists of a thousand records each, for counting again what owners with many uploads have. */
  readonly recountLists: number;
  /** Nothing new is begun after this time, in milliseconds. */
  readonly timeMs: number;
}

/**
 * On Workers Free, KV has 1,000 lists a day. 96 rounds, one every 15 minutes, use at most 576 of
 * them, and 288 where everything fits into one page.
 */
const FREE: Effort = {
  storeRequests: 32,
  orphans: 4,
  recordLists: 3,
  recordOperations: 500,
  messages: 10,
  messageLists: 2,
  messageOperations: 300,
  recountLists: 0,
  timeMs: 5 * 60_000,
};

const PAID: Effort = {
  storeRequests: 2500,
  orphans: 50,
  recordLists: 100,
  recordOperations: 540,
  messages: 300,
  messageLists: 10,
  messageOperations: 340,
  recountLists: 60,
  timeMs: 10 * 60_000,
};

const EFFORTS: Readonly<Record<WorkersPlan, Effort>> = { free: FREE, paid: PAID };

/**
 * What of the backlog of webhooks is sent after requests. On Workers Free that is few, because the
 * request itself may need the others of its 50 requests, and seldom, because each time costs two lists.
 */
export const PACES: Readonly<Record<WorkersPlan, Pace>> = {
  free: { messages: 4, everyMs: 5 * 60_000 },
  paid: { messages: 50, everyMs: 1000 },
};

/** The plan and the number of requests that the operator set. */
export interface EffortOptions {
  readonly workersPlan?: WorkersPlan | undefined;
  readonly upkeepRequests?: number | undefined;
  readonly hasWebhooks: boolean;
}

/** Without a plan, a number of requests that Workers Free cannot make tells that it is not that. */
export function planOf({
  workersPlan,
  upkeepRequests = 0,
}: Pick<EffortOptions, 'workersPlan' | 'upkeepRequests'>): WorkersPlan {
  return workersPlan ?? (upkeepRequests > 50 ? 'paid' : 'free');
}

/** What one round may spend. Without webhooks, their share goes to the records. */
export function effortFor(options: EffortOptions): Effort {
  const effort = EFFORTS[planOf(options)];
  const { upkeepRequests: storeRequests = effort.storeRequests, hasWebhooks } = options;
  if (hasWebhooks) return { ...effort, storeRequests };
  const recordOperations = effort.recordOperations + effort.messageOperations;
  return { ...effort, storeRequests, recordOperations };
}
