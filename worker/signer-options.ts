/** What a signer can be told when it is created. */
import type { Dedupe } from './object/key.ts';
import type { Authenticate } from './auth.ts';
import type { PolicyHook, RateLimit } from './context.ts';
import type { Hooks } from './hooks.ts';
import type { KV } from './ledger/ledger.ts';
import type { LogSink } from './util/log.ts';
import type { Reservations } from './policy/reservations.ts';
import type { RulesOptions } from './policy/policy.ts';
import type { ChecksumAlgorithm, PlanLimits } from './protocol.ts';
import type { Store } from './s3/store.ts';
import type { VerifyLimits } from './policy/store-fit.ts';
import type { WorkersPlan } from './upkeep/effort.ts';
import type { Forms } from './upload/single-request.ts';
import type { WebhookOptions } from './webhooks/webhooks.ts';

/** Options of a signer. Only the first four have no default. */
export interface SignerOptions {
  readonly store: Store;
  /** Workers KV, or any object with its four methods. */
  readonly kv: KV;
  /** Identifies the caller: `jwtSecret`, `jwks`, `cloudflareAccess`, `anonymous`, or a function of your own. */
  readonly authenticate: Authenticate;
  /**
   * Secrets that seal upload tokens. The first seals; the others still open, so that secrets can be
   * rotated.
   */
  readonly tokenSecrets: readonly [string, ...string[]];
  /**
   * Origins of pages that may call, in addition to the signer's own. `*` allows any, and then
   * ignores cookies.
   */
  readonly origins?: readonly string[];
  /** Limits for what may be uploaded. */
  readonly rules?: RulesOptions;
  /** Narrows the rules for one file, or refuses it. */
  readonly policy?: PolicyHook;
  readonly hooks?: Hooks;
  /** Sends webhooks about uploads to a server of yours. */
  readonly webhooks?: WebhookOptions;
  /** @default '{prefix}{owner}/{id}/{name}' */
  readonly keyTemplate?: string;
  /**
   * With `{checksum}` in `keyTemplate`: whose stored files may stand for a file that is to be uploaded.
   * `everyone` lets whoever knows a file's SHA-256 read it. @default 'owner'
   */
  readonly dedupe?: Dedupe;
  /** Checksum algorithm for parts. Null: no checksums. @default the best that the store verifies */
  readonly checksum?: ChecksumAlgorithm | null;
  /** Which files may be sent by form POST. @default 'bound' */
  readonly forms?: Forms;
  /**
   * Limits for verifying checksums of whole files by reading them back, in bytes: `maxBytes` is the
   * size of the largest such file, `stepBytes` how much one invocation reads. The defaults fit the
   * 10 ms of CPU of Workers Free. @default {maxBytes: 32 MiB, stepBytes: 2 MiB}
   */
  readonly verify?: Partial<VerifyLimits>;
  /** How files are divided into parts. */
  readonly plan?: Partial<PlanLimits>;
  /** Types that browsers may show, in addition to types that cannot run a script. */
  readonly inlineTypes?: readonly string[];
  /**
   * Address at which the bucket's objects can be read by anyone: its own, or a CDN's. Links lead
   * there and do not expire. Without it, links are signed.
   */
  readonly publicUrl?: string;
  /** Lifetime of a download link, in seconds. @default 900 */
  readonly linkSeconds?: number;
  /** How long a completed upload stays listed, in seconds. Null: without end. @default 30 days */
  readonly keepSeconds?: number | null;
  /**
   * Counts exactly what an owner has: `durableReservations(env.LIMITS)`, or your own adapter.
   * Without it, limits are exact for the requests that one isolate serves, and bounded for the
   * others.
   */
  readonly reservations?: Reservations;
  /**
   * Plan of Workers that the account has: it decides how much one round of upkeep may do.
   * @default 'free', or 'paid' where `upkeepRequests` is more than Workers Free allows
   */
  readonly workersPlan?: WorkersPlan;
  /**
   * Requests to the store that one round of upkeep may make; an expired upload takes two to four.
   * @default 32 on Workers Free and 2,500 on Workers Paid
   */
  readonly upkeepRequests?: number;
  /** Rate limit for each caller, for example the binding of Workers. */
  readonly rateLimit?: RateLimit;
  /** Whether to accept parts from pages that cannot reach the store. @default false */
  readonly relay?: boolean;
  /**
   * Whether to serve Companion's contract under `/companion`, for Uppy. If the app is mounted so
   * that it does not see its own address (`app.mount` of Hono), pass the address: `{url:
   * 'https://…/uploading/companion'}`.
   *
   * @default false
   */
  readonly companion?: boolean | { readonly url: string };
  readonly log?: LogSink;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}
