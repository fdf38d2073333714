/** Reads the signer's options from the Worker's environment. settings.ts explains each setting. */
import { authFrom } from './config/auth.ts';
import { assertKnownNames } from './config/known-names.ts';
import { originsFrom } from './config/origins.ts';
import { rulesOptionsFrom } from './config/rules.ts';
import { assertDistinctSecrets, tokenSecretsFrom } from './config/secrets.ts';
import { checksumFrom, storeFrom } from './config/store.ts';
import type { RateLimit } from './context.ts';
import { withBulkReads, type KV } from './ledger/kv.ts';
import { durableReservations, type LimitsNamespace } from './policy/owner-limits.ts';
import type { Reservations } from './policy/reservations.ts';
import type { PlanLimits } from './protocol.ts';
import { canRunScript } from './protocol/accept.ts';
import { defined, either, readerOf, wrong, type Env, type Reader } from './config/read-setting.ts';
import type { SignerOptions } from './signer-options.ts';
import { WORKERS_PLANS } from './upkeep/effort.ts';
import { WEBHOOK_EVENTS, type WebhookOptions } from './webhooks/webhooks.ts';

/**
 * @param bindings the environment as a Worker receives it: text by name, `UPLOADS`, `RATE_LIMIT`,
 *   `LIMITS`.
 * @throws ProblemError `misconfigured`, naming the setting. Without a setting that identifies
 *   callers, the Worker signs nothing.
 */
export function optionsFrom(bindings: object): SignerOptions {
  // Not an index signature, because an interface made by `wrangler types` has none.
  const env = bindings as Env;
  const read = readerOf(env);
  assertKnownNames(env);
  const authenticate = authFrom(read);
  assertDistinctSecrets(read);
  const keepFor = read.text('KEEP_FOR');
  return defined({
    authenticate,
    store: storeFrom(read),
    rateLimit: rateLimitFrom(env),
    reservations: reservationsFrom(env),
    workersPlan: read.choice('WORKERS_PLAN', WORKERS_PLANS),
    upkeepRequests: read.count('UPKEEP_REQUESTS'),
    kv: kvFrom(env),
    tokenSecrets: tokenSecretsFrom(read),
    origins: originsFrom(read),
    rules: rulesOptionsFrom(read),
    keyTemplate: read.text('KEY_TEMPLATE'),
    dedupe: read.choice('DEDUPE', ['owner', 'everyone'] as const),
    checksum: checksumFrom(read),
    forms: read.choice('FORMS', ['off', 'bound', 'replaceable'] as const),
    verify: defined({
      maxBytes: read.bytes('VERIFY_MAX_BYTES'),
      stepBytes: read.bytes('VERIFY_STEP_BYTES'),
    }),
    plan: planFrom(read),
    inlineTypes: inlineTypesFrom(read),
    publicUrl: read.text('PUBLIC_URL'),
    linkSeconds: read.seconds('LINK_TTL'),
    relay: read.flag('RELAY'),
    companion: read.flag('COMPANION'),
    webhooks: webhooksFrom(read),
    keepSeconds: keepFor === 'forever' ? null : read.seconds('KEEP_FOR'),
  });
}

function kvFrom(env: Env): KV {
  const kv = env['UPLOADS'];
  if (isKV(kv)) return withBulkReads(kv);
  return wrong('UPLOADS', 'must be a KV namespace bound in wrangler.toml');
}

function rateLimitFrom(env: Env): RateLimit | undefined {
  const limit = env['RATE_LIMIT'];
  return isRateLimit(limit) ? limit : undefined;
}

function reservationsFrom(env: Env): Reservations | undefined {
  const namespace = env['LIMITS'];
  if (namespace === undefined) return undefined;
  if (isLimitsNamespace(namespace)) return durableReservations(namespace);
  return wrong('LIMITS', 'must be a Durable Object of the class OwnerLimits: see wrangler.toml');
}

function isLimitsNamespace(value: unknown): value is LimitsNamespace {
  return typeof value === 'object' && value !== null && 'idFromName' in value && 'get' in value;
}

function isRateLimit(value: unknown): value is RateLimit {
  return typeof value === 'object' && value !== null && 'limit' in value;
}

function isKV(value: unknown): value is KV {
  if (typeof value !== 'object' || value === null) return false;
  return ['get', 'put', 'delete', 'list'].every((method) => method in value);
}

function webhooksFrom(read: Reader): WebhookOptions | undefined {
  const url = read.text('WEBHOOK_URL');
  if (url === undefined) return undefined;
  const events = read.list('WEBHOOK_EVENTS').map((name) => {
    const found = WEBHOOK_EVENTS.find((event) => event === name);
    return found ?? wrong('WEBHOOK_EVENTS', `must be a list of ${either(WEBHOOK_EVENTS)}`);
  });
  return defined({
    url,
    secrets: read.list('WEBHOOK_SECRET'),
    events,
    linkSeconds: read.seconds('WEBHOOK_LINK_TTL'),
  });
}

function inlineTypesFrom(read: Reader): string[] {
  const types = read.list('INLINE_TYPES');
  if (types.some(canRunScript)) {
    wrong('INLINE_TYPES', 'must not name a type that can run a script, such as HTML, SVG or XML');
  }
  return types;
}

function planFrom(read: Reader): Partial<PlanLimits> {
  return defined({
    singleMaxBytes: read.bytes('SINGLE_MAX_BYTES'),
    minPartBytes: read.bytes('MIN_PART_BYTES'),
    maxPartBytes: read.bytes('MAX_PART_BYTES'),
  });
}
