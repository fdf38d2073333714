/** Sends webhooks about uploads to the operator's server, by Standard Webhooks. */
import type { UploadEvent } from '../hooks.ts';
import type { KV } from '../ledger/kv.ts';
import type { WaitUntil } from '../ledger/ledger.ts';
import type { Log } from '../util/log.ts';
import { ProblemError } from '../problem.ts';
import type { Upload } from '../upload/upload.ts';
import { messageOf } from './message.ts';
import type { Attempts, DrainBudget } from './drain.ts';
import { createOutbox } from './outbox.ts';
import { createSign } from './signature.ts';

export const WEBHOOK_EVENTS = ['prepared', 'completed', 'aborted', 'expired'] as const;

/**
 * `prepared` is left out: each file of a Create is such an event, so one request could cause a
 * hundred.
 */
const DEFAULT_EVENTS = WEBHOOK_EVENTS.filter((event) => event !== 'prepared');

/** Address and secrets of the receiver. */
export interface WebhookOptions {
  /** `https:`, or `http:` for a receiver on the same machine. */
  readonly url: string;
  /** `whsec_…`. Messages are signed with each of them. */
  readonly secrets: readonly string[];
  /**
   * Events to send. @default all but `prepared`, of which a Create of 100 files would send a
   * hundred
   */
  readonly events?: readonly UploadEvent['type'][];
  /**
   * Lifetime of the link to read the file that `completed` carries, in seconds. Without it there is
   * a link only if the bucket has a public address. @default none
   */
  readonly linkSeconds?: number;
}

export interface Webhooks {
  /** Sends the event's message. Continues after the answer. */
  send(event: UploadEvent, waitUntil: WaitUntil): void;
  /** Tries messages that are due again. Resolves with the number of delivered ones. */
  resend(limit: number, budget: Pick<DrainBudget, 'lists' | 'hasRoom'>): Promise<number>;
  /** After a request: tries some of the messages that wait, if there are any. */
  afterRequest(waitUntil: WaitUntil): void;
}

/** How much of the backlog one isolate sends after requests. */
export interface Pace {
  /** Messages after one request. */
  readonly messages: number;
  /** Time from one time to the next, in milliseconds. */
  readonly everyMs: number;
}

/** What webhooks need of the signer. */
export interface WebhookContext {
  readonly kv: KV;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly bucket: string;
  /** The link for `completed`; undefined if none is wanted. */
  readonly linkTo: (upload: Upload) => Promise<string | undefined>;
  readonly pace: Pace;
  /** See `OutboxOptions`. */
  readonly attempts?: Attempts | undefined;
}

/** The platform allows 30 s after the answer, and one attempt takes up to 15. */
const AFTER_REQUEST_MS = 12_000;

/** @throws ProblemError `misconfigured`. */
export function createWebhooks(
  { url, secrets, events = [] }: WebhookOptions,
  { kv, log, now, bucket, linkTo, pace, attempts }: WebhookContext,
): Webhooks {
  assertUrl(url);
  const wanted = wantedEvents(events);
  const outbox = createOutbox({
    kv,
    log,
    now,
    attempts,
    receiver: { url, sign: createSign(secrets), now: Date.now },
    tellsPrepared: wanted.has('prepared'),
  });
  let next = 0;
  return {
    send(event, waitUntil) {
      if (!wanted.has(event.type)) return;
      waitUntil(
        (async () => {
          const link = event.type === 'completed' ? await linkTo(event.upload) : undefined;
          await outbox.send(event, await messageOf(event, bucket, now(), link));
        })(),
      );
    },
    resend: (limit, budget) => outbox.resend(limit, budget),
    afterRequest(waitUntil) {
      if (Date.now() < next) return;
      // Not again before this time has ended, and then no sooner than the pace says.
      next = Infinity;
      waitUntil(
        sendSome()
          .catch((error: unknown) => log.warn('resend_failed', { error }))
          .finally(() => (next = Date.now() + pace.everyMs)),
      );
    },
  };

  async function sendSome(): Promise<void> {
    if (!(await outbox.hasBacklog())) return;
    const endsAt = Date.now() + AFTER_REQUEST_MS;
    await outbox.resend(pace.messages, { lists: 2, hasRoom: () => Date.now() < endsAt });
  }
}

/** The events that are sent, all but `prepared` if none are named. */
export function wantedEvents(
  events: WebhookOptions['events'] = [],
): ReadonlySet<UploadEvent['type']> {
  return new Set(events.length > 0 ? events : DEFAULT_EVENTS);
}

function assertUrl(text: string): void {
  const url = URL.parse(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return;
  throw new ProblemError('misconfigured', 'The setting WEBHOOK_URL must be an https:// URL.');
}
