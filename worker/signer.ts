/**
 * The signing Worker as a Hono app. This file is its table of contents: what it is made of, what
 * every request passes through, and which route answers what.
 */
import { Hono } from 'hono';
import type { Authenticate } from './auth.ts';
import { chunkedApp, chunkedOptions } from './chunked/app.ts';
import { companionApp } from './companion/app.ts';
import { FORM_PATH, formRoute } from './companion/forms/form.ts';
import type { PolicyHook, RateLimit, Signer, SignerEnv } from './context.ts';
import { createGate } from './http/gate.ts';
import { eventsOf, type Hooks } from './hooks.ts';
import { DEFAULT_KEY_TEMPLATE, keysMayMeet, readTemplate } from './object/key.ts';
import { createLedger, type KV, type WaitUntil } from './ledger/ledger.ts';
import { createLog, type Log, type LogSink } from './log.ts';
import { answerError, observe } from './http/observe.ts';
import { localReservations } from './policy/local-reservations.ts';
import type { Reservations } from './policy/reservations.ts';
import { rulesFrom, type RulesOptions } from './policy/policy.ts';
import { createFileBinder } from './upload/bind-file.ts';
import { createRunOnce } from './util/run-once.ts';
import { answerProblem, ProblemError } from './problem.ts';
import type { ChecksumAlgorithm, PlanLimits } from './protocol.ts';
import { CHUNK_PATHS } from './protocol/chunk-paths.ts';
import { PATHS } from './protocol/paths.ts';
import { abortRoute } from './routes/abort.ts';
import { completeManyRoute } from './routes/complete-many.ts';
import { completeRoute } from './routes/complete.ts';
import { createRoute } from './routes/create.ts';
import { createPlainRoute } from './routes/create-plain.ts';
import { fileRoute, linksRoute, publicFileRoute } from './routes/file.ts';
import { identify } from './http/identify.ts';
import { requestId } from './http/request-id.ts';
import { listRoute } from './routes/list.ts';
import { policyRoute } from './routes/policy.ts';
import { relayRoute } from './routes/relay.ts';
import { resumeRoute } from './routes/resume.ts';
import { signRoute } from './routes/sign.ts';
import { statusRoute } from './routes/status.ts';
import type { Store } from './s3/store.ts';
import { assertAble, assertLinkSeconds, checksumFor, planLimitsFor } from './policy/store-fit.ts';
import { sweep } from './upload/end/sweep.ts';
import { cleanPublicUrl, linkTo } from './upload/link.ts';
import { singleChecksumFor, type Forms } from './upload/single-request.ts';
import { createTokens } from './token.ts';
import { createWebhooks, type WebhookOptions, type Webhooks } from './webhooks/webhooks.ts';

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
  /** Checksum algorithm for parts. Null: no checksums. @default the best that the store verifies */
  readonly checksum?: ChecksumAlgorithm | null;
  /** Which files may be sent by form POST. @default 'bound' */
  readonly forms?: Forms;
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
   * Requests to the store that one round of upkeep may make. A round expires a quarter as many
   * uploads. The default fits the 50 subrequests of Workers Free. @default 40
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

/**
 * The app. Call its `fetch` from a Worker, or mount it in your own app with `app.route('/', …)`.
 * Make it only once: its memory keeps hooks from running twice. Pass the execution context to
 * `fetch`; without it, work after the answer is cut off.
 *
 * @throws ProblemError `misconfigured` for options that cannot work.
 */
export function createSigner(options: SignerOptions): Hono<SignerEnv> {
  const signer = assemble(options);
  const app = answeringApp(signer);
  app.get(PATHS.health, (c) => c.json({ status: 'ok' }));

  app.use(createGate(options.origins ?? []));
  if (signer.rules.public) app.get(PATHS.file(':id'), publicFileRoute(signer));
  if (options.companion) app.post(`${PATHS.companion}${FORM_PATH}`, formRoute(signer));
  if (signer.relay)
    app.on('OPTIONS', [CHUNK_PATHS.all, CHUNK_PATHS.one(':upload')], chunkedOptions(signer));
  app.use(identify(signer, options.origins));

  app.get(PATHS.policy, policyRoute(signer));
  app.post(PATHS.uploads, createPlainRoute(signer));
  app.post(PATHS.uploads, createRoute(signer));
  app.get(PATHS.uploads, listRoute(signer));
  app.post(PATHS.completeMany, completeManyRoute(signer));
  app.post(PATHS.links, linksRoute(signer));
  app.post(PATHS.sign(':id'), signRoute(signer));
  if (signer.relay) app.put(PATHS.part(':id', ':number'), relayRoute(signer));
  app.post(PATHS.resume(':id'), resumeRoute(signer));
  app.post(PATHS.complete(':id'), completeRoute(signer));
  app.get(PATHS.upload(':id'), statusRoute(signer));
  app.delete(PATHS.upload(':id'), abortRoute(signer));
  app.get(PATHS.file(':id'), fileRoute(signer));
  if (signer.relay) {
    app.get(CHUNK_PATHS.all, listRoute(signer));
    app.route(CHUNK_PATHS.all, chunkedApp(signer));
  }
  if (options.companion) app.route(PATHS.companion, companionApp(signer, urlOf(options.companion)));
  return app;
}

/** A Worker that is not configured: it refuses every request and says why. */
export function createRefusal(problem: ProblemError): Hono<SignerEnv> {
  const log = createLog();
  return answeringApp({ log, now: Date.now }).all('*', () => {
    throw problem;
  });
}

/** What all answers have in common. */
function answeringApp(signer: Pick<Signer, 'log' | 'now'>): Hono<SignerEnv> {
  const app = new Hono<SignerEnv>();
  app.onError(answerError(signer));
  app.notFound((c) => answerProblem(c, new ProblemError('not_found', 'No such route.').problem));
  app.use(requestId());
  app.use(observe(signer));
  return app;
}

/**
 * The periodic upkeep, from the same options. A Worker calls it from `scheduled`.
 *
 * @returns a function that does one round; work that outlives the round goes to `waitUntil`.
 */
export function createUpkeep(options: SignerOptions): (waitUntil: WaitUntil) => Promise<void> {
  const signer = assemble(options);
  const { upkeepRequests = FREE_REQUESTS } = options;
  return async (waitUntil) => {
    // Neither waits for the other or fails with it.
    await Promise.all([
      logged(signer.log, 'resend_failed', () => signer.webhooks?.resend()),
      logged(signer.log, 'sweep_round_failed', () => sweep(signer, waitUntil, upkeepRequests)),
    ]);
  };
}

async function logged(log: Log, event: string, work: () => Promise<unknown> | undefined) {
  try {
    await work();
  } catch (error) {
    log.warn(event, { error });
  }
}

function urlOf(companion: boolean | { readonly url: string }): string | undefined {
  return typeof companion === 'object' ? companion.url : undefined;
}

/**
 * With the ten requests of `resend`, within
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
const FREE_REQUESTS = 40;
const MONTH_SECONDS = 30 * 86_400;

function assemble(options: SignerOptions): Signer {
  const { store, kv, authenticate, policy, rateLimit, hooks = {}, relay = false } = options;
  const { profile } = store;
  const rules = rulesFrom(options.rules ?? {});
  assertAble(rules, profile);
  const now = options.now ?? Date.now;
  const keepSeconds = options.keepSeconds === undefined ? MONTH_SECONDS : options.keepSeconds;
  const log = createLog(options.log);
  const checksum = checksumFor(profile, options.checksum);
  const { forms = 'bound' } = options;
  const tellHooks = eventsOf(hooks, log);
  const keyTemplate = readTemplate(options.keyTemplate ?? DEFAULT_KEY_TEMPLATE);
  const signer: Omit<Signer, 'webhooks' | 'emit'> = {
    store,
    kv,
    authenticate,
    policy,
    rateLimit,
    log,
    now,
    keyTemplate,
    keysMayMeet: keysMayMeet(keyTemplate),
    tokens: createTokens(options.tokenSecrets, now),
    ledger: createLedger(kv, { log, now, keepSeconds }),
    keepSeconds,
    reservations: options.reservations ?? localReservations(),
    rules,
    hooks,
    runOnce: createRunOnce(now),
    bindFile: createFileBinder(),
    checksum,
    singleChecksum: singleChecksumFor(profile, checksum, forms),
    forms,
    relay,
    plan: planLimitsFor(profile, options.plan ?? {}, relay),
    inlineTypes: options.inlineTypes ?? [],
    publicUrl: options.publicUrl === undefined ? undefined : cleanPublicUrl(options.publicUrl),
    linkSeconds: assertLinkSeconds(options.linkSeconds ?? 900, 'LINK_TTL'),
  };
  const webhooks = webhooksOf(signer, options.webhooks);
  return {
    ...signer,
    webhooks,
    emit(event, waitUntil) {
      tellHooks(event, waitUntil);
      webhooks?.send(event, waitUntil);
    },
  };
}

function webhooksOf(
  signer: Omit<Signer, 'webhooks' | 'emit'>,
  options: WebhookOptions | undefined,
): Webhooks | undefined {
  if (!options) return undefined;
  const { linkSeconds } = options;
  if (linkSeconds !== undefined) assertLinkSeconds(linkSeconds, 'WEBHOOK_LINK_TTL');
  const hasLink = linkSeconds !== undefined || signer.publicUrl !== undefined;
  return createWebhooks(options, {
    ...signer,
    bucket: signer.store.bucket,
    linkTo: async (upload) =>
      hasLink ? (await linkTo(signer, upload, 'attachment', linkSeconds)).url : undefined,
  });
}
