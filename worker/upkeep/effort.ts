/** How much one round of upkeep may do, by the plan of Workers that the account has. */
import { wantedEvents, type Pace, type WebhookOptions } from '../webhooks/webhooks.ts';

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

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
  /** Uploads that may be ended, by the operations on KV that each takes. */
  readonly uploads: number;
  /** Multipart uploads that no record names; each takes up to two requests. */
  readonly orphans: number;
  /** Bytes that are read to verify checksums for clients that have gone: this takes the most CPU. */
  readonly readBytes: number;
  /** Lists of a thousand records each. */
  readonly recordLists: number;
  /** Operations on KV for uploads that have expired, and for webhooks about them. */
  readonly recordOperations: number;
  /** Webhooks about expired uploads that are sent at once; the others wait for a later round. */
  readonly promptMessages: number;
  /** Webhooks that have waited and are sent, each of which is one request. */
  readonly messages: number;
  /** Lists of a thousand waiting webhooks each. */
  readonly messageLists: number;
  /** Operations on KV for webhooks that have waited. */
  readonly messageOperations: number;
  /** Lists of a thousand records each, for counting again what owners with many uploads have. */
  readonly recountLists: number;
  /** Nothing new is begun after this time, in milliseconds. */
  readonly timeMs: number;
}

type Base = Omit<Effort, 'uploads'>;

/**
 * On Workers Free, KV has 1,000 lists a day. 96 rounds, one every 15 minutes, use at most 576 of
 * them, and 288 where everything fits into one page.
 */
const FREE: Base = {
  storeRequests: 32,
  orphans: 4,
  readBytes: 2 * MIB,
  recordLists: 3,
  recordOperations: 400,
  promptMessages: 4,
  messages: 6,
  messageLists: 2,
  messageOperations: 200,
  recountLists: 0,
  timeMs: 5 * 60_000,
};

const PAID: Base = {
  storeRequests: 2500,
  orphans: 50,
  readBytes: 2 * GIB,
  recordLists: 100,
  recordOperations: 560,
  promptMessages: 50,
  messages: 250,
  messageLists: 10,
  messageOperations: 310,
  recountLists: 60,
  timeMs: 10 * 60_000,
};

const EFFORTS: Readonly<Record<WorkersPlan, Base>> = { free: FREE, paid: PAID };

/**
 * What of the backlog of webhooks is sent after requests. On Workers Free that is few, because the
 * request itself may need the others of its 50 requests, and seldom, because each time costs two lists.
 */
export const PACES: Readonly<Record<WorkersPlan, Pace>> = {
  free: { messages: 4, everyMs: 5 * 60_000 },
  paid: { messages: 50, everyMs: 1000 },
};

/** What the operator has set. */
export interface EffortOptions {
  readonly workersPlan?: WorkersPlan | undefined;
  readonly upkeepRequests?: number | undefined;
  readonly webhooks?: Pick<WebhookOptions, 'events'> | undefined;
}

/** Without a plan, a number of requests that Workers Free cannot make tells that it is not that. */
export function planOf({ workersPlan, upkeepRequests = 0 }: EffortOptions): WorkersPlan {
  return workersPlan ?? (upkeepRequests > 50 ? 'paid' : 'free');
}

/** Operations on KV beside those for each upload: the position, bulk reads, and some to spare. */
const OTHER_OPERATIONS = 24;

/** What one round may spend. Without webhooks, their share goes to the records. */
export function effortFor(options: EffortOptions): Effort {
  const { upkeepRequests, webhooks } = options;
  const base = EFFORTS[planOf(options)];
  const recordOperations = base.recordOperations + (webhooks ? 0 : base.messageOperations);
  const tellsExpired = webhooks !== undefined && wantedEvents(webhooks.events).has('expired');
  const prompt = tellsExpired ? base.promptMessages : 0;
  // A record is written, and a message where one is sent: of which some are deleted at once.
  const forUploads = recordOperations - base.recordLists - OTHER_OPERATIONS - prompt;
  return {
    ...base,
    recordOperations,
    storeRequests: upkeepRequests ?? base.storeRequests,
    uploads: Math.floor(forUploads / (tellsExpired ? 2 : 1)),
  };
}
