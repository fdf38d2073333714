/**
 * Checks when the Worker starts whether this store, or any, supports what the options ask for. Errors
 * name the setting; nothing is ignored silently.
 */
import { mayBeShared } from '../object/key.ts';
import { isMetadataName } from '../object/metadata.ts';
import type { Rules } from './policy.ts';
import { ProblemError } from '../problem.ts';
import { DEFAULT_PLAN_LIMITS, type ChecksumAlgorithm, type PlanLimits } from '../protocol.ts';
import type { Profile } from '../s3/profile.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const MAX_URL_SECONDS = 604_800;
const MIN_UPLOAD_SECONDS = 60;

/** Checks that the store supports the rules. @throws ProblemError `misconfigured`. */
export function assertAble(rules: Rules, profile: Profile): void {
  assertSendable(rules);
  const { acl, object, uploadSeconds, maxAgeSeconds, urlSeconds } = rules;
  const has = (able: boolean, setting: string, what: string) =>
    assertSetting(able, `${setting}: a ${profile.name} store does not support ${what}.`);
  has(acl.length === 0 || profile.acl, 'ACL', 'ACLs');
  has(!object.tags || profile.tagging, 'TAGS', 'tags');
  has(!object.storageClass || profile.storageClass, 'STORAGE_CLASS', 'storage classes');
  if (object.sse) {
    const kind = object.sse === 'AES256' ? 'AES256' : 'aws:kms';
    has(profile.sse.includes(kind), 'SSE', `encryption by ${kind}`);
  }
  assertSetting(
    (maxAgeSeconds ?? 0) <= (profile.staleAfterSeconds ?? Infinity),
    `UPLOAD_MAX_AGE: the store deletes unfinished uploads after ${profile.staleAfterSeconds} s; if that ` +
      'is not so, set S3_ABORTS_AFTER.',
  );
  assertSetting(uploadSeconds >= MIN_UPLOAD_SECONDS, 'UPLOAD_TTL must be at least one minute.');
  assertSetting(
    (maxAgeSeconds ?? Infinity) >= MIN_UPLOAD_SECONDS,
    'UPLOAD_MAX_AGE must be at least one minute.',
  );
  assertLinkSeconds(urlSeconds, 'URL_TTL');
}

/**
 * One object may belong to several uploads if its key is made of its checksum: removing one of them
 * would take it from the others. @throws ProblemError `misconfigured`.
 */
export function assertUnshared({ removable }: Rules, keyTemplate: string): void {
  assertSetting(
    !removable || !mayBeShared(keyTemplate),
    'REMOVABLE cannot be on with {checksum} in KEY_TEMPLATE: an object may belong to several uploads.',
  );
}

/** Refuses values that no header can have, because with them every upload would fail. */
function assertSendable({ metadata, fixedMetadata, object }: Rules): void {
  const { cacheControl, storageClass, sse } = object;
  assertNames(metadata, 'METADATA');
  assertNames(Object.keys(fixedMetadata), 'SET_METADATA');
  assertPrintable(cacheControl, 'CACHE_CONTROL');
  assertPrintable(storageClass, 'STORAGE_CLASS');
  assertPrintable(typeof sse === 'object' ? sse.kms : null, 'SSE_KMS_KEY_ID');
}

function assertNames(names: readonly string[], setting: string): void {
  const fit = names.every((name) => isMetadataName(name.toLowerCase()));
  assertSetting(fit, `${setting}: names may contain only letters, digits and hyphens.`);
}

function assertPrintable(value: string | null | undefined, setting: string): void {
  assertSetting(/^[\x20-\x7e]*$/.test(value ?? ''), `${setting} must be printable ASCII.`);
}

/** Checks the lifetime of a signed URL: a second to a week. @throws ProblemError `misconfigured`. */
export function assertLinkSeconds(seconds: number, setting: string): number {
  const fits = seconds >= 1 && seconds <= MAX_URL_SECONDS;
  assertSetting(fits, `${setting} must be between one second and one week.`);
  return seconds;
}

function assertSetting(holds: boolean, message: string): void {
  if (!holds) throw new ProblemError('misconfigured', message);
}

/** The wanted algorithm or, if undefined, the best one that the store checks. @throws ProblemError `misconfigured`. */
export function checksumFor(
  profile: Profile,
  wanted: ChecksumAlgorithm | null | undefined,
): ChecksumAlgorithm | null {
  if (wanted === undefined) return profile.checksums[0] ?? null;
  if (wanted === null || profile.checksums.includes(wanted)) return wanted;
  throw new ProblemError(
    'misconfigured',
    `CHECKSUM: a ${profile.name} store does not check ${wanted}; it checks ${profile.checksums.join(', ') || 'none'}.`,
  );
}

/**
 * The algorithm for parts if the store refuses the best one. Null if the operator has chosen the
 * algorithm, or if keys are made of checksums: then a refusal has to be seen.
 */
export function fallbackFor(
  profile: Profile,
  wanted: ChecksumAlgorithm | null | undefined,
  keyTemplate: string,
): ChecksumAlgorithm | null {
  return wanted === undefined && !mayBeShared(keyTemplate) ? profile.fallbackChecksum : null;
}

/** Limits for reading stored files, in bytes. */
export interface VerifyLimits {
  /** Size of the largest file that is read. */
  readonly maxBytes: number;
  /** How much of it one invocation reads. */
  readonly stepBytes: number;
}

const MIB = 1024 * 1024;

/**
 * Hashing takes 1 ms of CPU for 0.2 MiB (SHA-1, SHA-256) to 0.5 MiB (CRCs, MD5), and Workers Free
 * allows 10 ms: https://developers.cloudflare.com/workers/platform/limits/#cpu-time
 */
const DEFAULT_VERIFY: VerifyLimits = { maxBytes: 32 * MIB, stepBytes: 2 * MIB };

/** How far stored files are read to verify a checksum. @throws ProblemError `misconfigured`. */
export function verifyLimits(wanted: Partial<VerifyLimits>): VerifyLimits {
  const limits = { ...DEFAULT_VERIFY, ...wanted };
  const isEnough = limits.stepBytes >= MIN_STEP_BYTES;
  assertSetting(isEnough, `VERIFY_STEP_BYTES: at least ${MIN_STEP_BYTES} bytes are needed.`);
  return limits;
}

/** Less would cost more requests than bytes. */
const MIN_STEP_BYTES = 64 * 1024;

/**
 * Size that passes through a Worker on any plan, with a margin: Free and Pro accept 100 MB.
 * https://developers.cloudflare.com/workers/platform/limits/#request-limits
 */
const RELAYED_PART_BYTES = 64 * 1024 * 1024;

/** How files are divided, within the store's limits. @throws ProblemError `misconfigured`. */
export function planLimitsFor(
  profile: Profile,
  wanted: Partial<PlanLimits>,
  relay = false,
): PlanLimits {
  const plan = {
    ...DEFAULT_PLAN_LIMITS,
    ...(relay && { maxPartBytes: RELAYED_PART_BYTES }),
    maxParts: profile.maxParts,
    ...wanted,
  };
  const { singleMaxBytes, minPartBytes, maxPartBytes } = plan;
  const refuse = (setting: string, what: string) => {
    throw new ProblemError('misconfigured', `${setting}: a ${profile.name} store accepts ${what}.`);
  };
  const sizeLimit = `at most ${profile.maxPartBytes} bytes at once`;
  if (minPartBytes < profile.minPartBytes) {
    refuse('MIN_PART_BYTES', `no parts under ${profile.minPartBytes} bytes`);
  }
  if (maxPartBytes > profile.maxPartBytes) refuse('MAX_PART_BYTES', sizeLimit);
  if (singleMaxBytes > profile.maxPartBytes) refuse('SINGLE_MAX_BYTES', sizeLimit);
  if (maxPartBytes < minPartBytes) {
    throw new ProblemError('misconfigured', 'MAX_PART_BYTES is smaller than MIN_PART_BYTES.');
  }
  return plan;
}
