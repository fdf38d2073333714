/**
 * Whether the store can do what the options ask for: said when the Worker starts, by the name of
 * the setting, and never dropped in silence.
 */
import type { Rules } from './policy.ts';
import { ProblemError } from './problem.ts';
import { DEFAULT_PLAN_LIMITS, type ChecksumAlgorithm, type PlanLimits } from './protocol.ts';
import type { Profile } from './s3/profiles.ts';

/** @throws ProblemError `misconfigured`. */
export function assertAble({ acl, object, uploadSeconds }: Rules, profile: Profile): void {
  const refuse = (setting: string, what: string) => {
    throw new ProblemError('misconfigured', `${setting}: a ${profile.name} store has no ${what}.`);
  };
  if (acl.length > 0 && !profile.acl) refuse('ACL', 'ACLs');
  if (object.tags && !profile.tagging) refuse('TAGS', 'tags');
  if (object.storageClass && !profile.storageClass) refuse('STORAGE_CLASS', 'storage classes');
  if (object.sse) {
    const kind = object.sse === 'AES256' ? 'AES256' : 'aws:kms';
    if (!profile.sse.includes(kind)) refuse('SSE', `encryption by ${kind}`);
  }
  if (profile.staleAfterSeconds !== null && uploadSeconds > profile.staleAfterSeconds) {
    throw new ProblemError(
      'misconfigured',
      `UPLOAD_TTL: a ${profile.name} store forgets uploads after ${profile.staleAfterSeconds} s.`,
    );
  }
}

/** The algorithm that was asked for, or else the best that the store checks. @throws ProblemError `misconfigured`. */
export function checksumFor(
  profile: Profile,
  wanted: ChecksumAlgorithm | null | undefined,
): ChecksumAlgorithm | null {
  if (wanted === undefined) return profile.checksums[0] ?? null;
  if (wanted === null || profile.checksums.includes(wanted)) return wanted;
  throw new ProblemError(
    'misconfigured',
    `CHECKSUM: a ${profile.name} store does not check ${wanted}, but ${profile.checksums.join(', ') || 'none'}.`,
  );
}

/**
 * What goes through a Worker on any plan, with room to spare: Free and Pro take 100 MB.
 * https://developers.cloudflare.com/workers/platform/limits/#request-limits
 */
const RELAYED_PART_BYTES = 64 * 1024 * 1024;

/** How files are cut, within what the store takes. @throws ProblemError `misconfigured`. */
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
    throw new ProblemError('misconfigured', `${setting}: a ${profile.name} store takes ${what}.`);
  };
  const most = `at most ${profile.maxPartBytes} bytes at once`;
  if (minPartBytes < profile.minPartBytes) {
    refuse('MIN_PART_BYTES', `no parts under ${profile.minPartBytes} bytes`);
  }
  if (maxPartBytes > profile.maxPartBytes) refuse('MAX_PART_BYTES', most);
  if (singleMaxBytes > profile.maxPartBytes) refuse('SINGLE_MAX_BYTES', most);
  if (maxPartBytes < minPartBytes) {
    throw new ProblemError('misconfigured', 'MAX_PART_BYTES is smaller than MIN_PART_BYTES.');
  }
  return plan;
}
