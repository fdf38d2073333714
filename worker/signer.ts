/**
 * The signing Worker as a Hono app. This file is its table of contents: what it is made of, what
 * every request passes through, and which route answers what.
 */
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import { chunkedApp, chunkedOptions } from './chunked/app.ts';
import { companionApp } from './companion/app.ts';
import { FORM_PATH, formRoute } from './companion/forms/form.ts';
import { waitUntilOf, type Signer, type SignerEnv } from './context.ts';
import { createGate, openGate } from './http/gate.ts';
import { eventsOf } from './hooks.ts';
import { DEFAULT_KEY_TEMPLATE, keysMayMeet, readTemplate } from './object/key.ts';
import { createLedger, type WaitUntil } from './ledger/ledger.ts';
import { createLog, type LogSink } from './util/log.ts';
import { answerError, observe } from './http/observe.ts';
import { localReservations } from './policy/local-reservations.ts';
import { rulesFrom } from './policy/policy.ts';
import { createFileBinder } from './upload/bind-file.ts';
import { createRunOnce } from './util/run-once.ts';
import { answerProblem, ProblemError } from './problem.ts';
import { CHUNK_PATHS } from './protocol/chunks/paths.ts';
import { PATHS } from './protocol/paths.ts';
import { abortRoute } from './routes/abort.ts';
import { completeManyRoute } from './routes/complete-many.ts';
import { completeRoute } from './routes/complete.ts';
import { createRoute } from './routes/create.ts';
import { createPlainRoute } from './routes/create-plain.ts';
import { fileRoute, linksRoute, publicFileRoute } from './routes/file.ts';
import { identify } from './http/identify.ts';
import { requestId } from './http/request-id.ts';
import { simpleRequests } from './http/simple-request.ts';
import { listRoute } from './routes/list.ts';
import { policyRoute } from './routes/policy.ts';
import { relayRoute } from './routes/relay.ts';
import { reportRoute } from './http/report.ts';
import { resumeRoute } from './routes/resume.ts';
import { signRoute } from './routes/sign.ts';
import { statusRoute } from './routes/status.ts';
import {
  assertAble,
  assertUnshared,
  assertLinkSeconds,
  checksumFor,
  fallbackFor,
  planLimitsFor,
  verifyLimits,
} from './policy/store-fit.ts';
import { effortFor, PACES, planOf } from './upkeep/effort.ts';
import { metered, type Meter } from './upkeep/meter.ts';
import { runRound } from './upkeep/round.ts';
import { cleanPublicUrl, linkTo } from './upload/link.ts';
import { singleChecksumFor } from './upload/single-request.ts';
import type { SignerOptions } from './signer-options.ts';
import { createTokens } from './token.ts';
import type { Attempts } from './webhooks/drain.ts';
import {
  createWebhooks,
  type WebhookContext,
  type WebhookOptions,
  type Webhooks,
} from './webhooks/webhooks.ts';

export type { SignerOptions } from './signer-options.ts';

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
  // Any page may read it: one that is refused finds out that the signer is there, and refuses its origin.
  app.use(PATHS.health, openGate());
  app.get(PATHS.health, (c) => c.json({ status: 'ok' }));

  app.use(createGate(options.origins ?? []));
  app.use(sendBacklog(signer));
  if (signer.rules.public) app.get(PATHS.file(':id'), publicFileRoute(signer));
  if (options.companion) app.post(`${PATHS.companion}${FORM_PATH}`, formRoute(signer));
  if (signer.relay)
    app.on('OPTIONS', [CHUNK_PATHS.all, CHUNK_PATHS.one(':upload')], chunkedOptions(signer));
  app.use(identify(signer, options.origins));

  app.get(PATHS.policy, policyRoute(signer));
  app.post(PATHS.report, simpleRequests());
  app.post(PATHS.report, reportRoute(signer));
  app.post(PATHS.uploads, simpleRequests());
  app.post(`${PATHS.uploads}/*`, simpleRequests());
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

/** Webhooks that wait are sent after requests too, so that they need not wait for the cron trigger. */
function sendBacklog({ webhooks }: Pick<Signer, 'webhooks'>): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    await next();
    webhooks?.afterRequest(waitUntilOf(c));
  };
}

/** A Worker that is not configured: it refuses every request and says why. */
export function createRefusal(problem: ProblemError, sink?: LogSink): Hono<SignerEnv> {
  const app = answeringApp({ log: createLog(sink), now: Date.now });
  app.use(openGate());
  return app.all('*', () => {
    throw problem;
  });
}

/** What all answers have in common. */
function answeringApp(signer: Pick<Signer, 'log' | 'now'>): Hono<SignerEnv> {
  const app = new Hono<SignerEnv>();
  app.onError(answerError());
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
  // What cannot work is told at once, and not by the first round.
  assemble(options);
  const effort = effortFor(options);
  return (waitUntil) => {
    const records = { left: effort.recordOperations };
    const messages = { left: effort.messageOperations };
    const signer = limited(options, records, effort.promptMessages);
    const { webhooks } = limited(options, messages, effort.messages);
    return runRound({ signer, webhooks, effort, records, messages, waitUntil });
  };
}

function limited(options: SignerOptions, meter: Meter, attempts: number): Signer {
  return assemble({ ...options, kv: metered(options.kv, meter) }, { left: attempts });
}

function urlOf(companion: boolean | { readonly url: string }): string | undefined {
  return typeof companion === 'object' ? companion.url : undefined;
}

const MONTH_SECONDS = 30 * 86_400;

/** @param attempts that webhooks have, all together; without, each is tried as often as it takes. */
function assemble(options: SignerOptions, attempts?: Attempts): Signer {
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
  assertUnshared(rules, keyTemplate);
  const signer: Omit<Signer, 'webhooks' | 'emit'> = {
    store,
    kv,
    authenticate,
    policy,
    rateLimit,
    log,
    now,
    keyTemplate,
    dedupe: options.dedupe ?? 'owner',
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
    fallbackChecksum: fallbackFor(profile, options.checksum, keyTemplate),
    singleChecksum: singleChecksumFor(profile, checksum, forms),
    verify: verifyLimits(options.verify ?? {}),
    progress: new Map(),
    forms,
    relay,
    plan: planLimitsFor(profile, options.plan ?? {}, relay),
    inlineTypes: options.inlineTypes ?? [],
    publicUrl: options.publicUrl === undefined ? undefined : cleanPublicUrl(options.publicUrl),
    linkSeconds: assertLinkSeconds(options.linkSeconds ?? 900, 'LINK_TTL'),
  };
  const pace = PACES[planOf(options)];
  const webhooks = webhooksOf(signer, options.webhooks, { pace, attempts });
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
  context: Pick<WebhookContext, 'pace' | 'attempts'>,
): Webhooks | undefined {
  if (!options) return undefined;
  const { linkSeconds } = options;
  if (linkSeconds !== undefined) assertLinkSeconds(linkSeconds, 'WEBHOOK_LINK_TTL');
  const hasLink = linkSeconds !== undefined || signer.publicUrl !== undefined;
  return createWebhooks(options, {
    ...signer,
    ...context,
    bucket: signer.store.bucket,
    linkTo: async (upload) =>
      hasLink ? (await linkTo(signer, upload, 'attachment', linkSeconds)).url : undefined,
  });
}
