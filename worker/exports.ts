/** `s3-upload-element/worker`: the signer, to be mounted in your own app. */
export { anonymous, basic, cloudflareAccess, jwks, jwtSecret } from './auth.ts';
export type {
  AccessOptions,
  AnonymousOptions,
  Authenticate,
  BasicOptions,
  Caller,
  JwksOptions,
  JwtSecretOptions,
} from './auth.ts';
export { optionsFrom } from './config.ts';
export type { PolicyAction, PolicyHook, RateLimit, SignerEnv } from './context.ts';
export type { Finalization, Hooks, Preparation, UploadEvent } from './hooks.ts';
export type { KV, WaitUntil } from './ledger/ledger.ts';
export type { LogSink } from './util/log.ts';
export { openApiDocument } from './protocol/openapi.ts';
export { durableReservations, OwnerLimits, type LimitsNamespace } from './policy/owner-limits.ts';
export type {
  Asker,
  Cancelled,
  Counted,
  Limits,
  Reservation,
  Reservations,
  Verdict,
} from './policy/reservations.ts';
export type { CheckedFile, Narrowing, Rules, RulesOptions } from './policy/policy.ts';
export { ProblemError } from './problem.ts';
export type * from './protocol.ts';
export {
  staticCredentials,
  type Credentials,
  type CredentialSource,
} from './s3/signing/credentials.ts';
export { r2Session, type R2SessionConfig } from './s3/signing/r2-session.ts';
export type { Profile, ProfileName } from './s3/profile.ts';
export { PROFILES } from './s3/profiles.ts';
export { createStore, type Store, type StoreConfig } from './s3/store.ts';
export { assumeRole, sessionPolicy, type RoleConfig } from './s3/signing/sts.ts';
export { createSigner, createUpkeep, type SignerOptions } from './signer.ts';
export type { WebhookOptions } from './webhooks/webhooks.ts';
