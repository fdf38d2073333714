/**
 * How long an upload lives. Every call that signs parts of it extends it, so that what moves does not
 * expire; what lies still ends `UPLOAD_TTL` after the last such call, less an hour at most.
 *
 * A signing call counts as movement because it is all that the Worker sees without asking the store.
 * Whoever signs only to keep an upload open needs a valid token of its own and the policy's consent
 * each time, the upload counts against the owner's limits for as long, and UPLOAD_MAX_AGE ends it.
 */
import { waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import { askerOf } from '../policy/quota.ts';
import type { Rules } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import type { Renewal } from '../protocol.ts';
import { tooOldUpload } from '../refusals.ts';
import { isExpired } from './state.ts';
import type { Upload } from './upload.ts';

/** The record is written this often at most, because a write to KV is what costs most. */
const STEP_SECONDS = 3600;

/** What the rules give a new upload. `createdAt` in seconds since the epoch. */
export function lifeOf(
  { uploadSeconds, maxAgeSeconds }: Pick<Rules, 'uploadSeconds' | 'maxAgeSeconds'>,
  createdAt: number,
): Pick<Upload, 'expiresAt' | 'lifeSeconds' | 'endsAt'> {
  const expiresAt = createdAt + uploadSeconds;
  if (maxAgeSeconds === null) return { expiresAt, lifeSeconds: uploadSeconds };
  const endsAt = createdAt + maxAgeSeconds;
  return { expiresAt: Math.min(expiresAt, endsAt), lifeSeconds: uploadSeconds, endsAt };
}

/** When the store drops an unfinished upload, in Unix seconds; null: never, as far as is known. */
export function storeEndOf(
  { store }: Pick<Signer, 'store'>,
  { multipart, createdAt }: Upload,
): number | null {
  const { staleAfterSeconds } = store.profile;
  if (!multipart) return null;
  return multipart.abortsAt ?? (staleAfterSeconds === null ? null : createdAt + staleAfterSeconds);
}

/** The end that a call made now gives an upload. It may lie in the past: then nothing extends it. */
function nextEnd(
  { uploadSeconds, maxAgeSeconds }: Rules,
  { createdAt, expiresAt, lifeSeconds = expiresAt - createdAt, endsAt = Infinity }: Upload,
  now: number,
): number {
  const oldest = createdAt + (maxAgeSeconds ?? Infinity);
  return Math.min(now + Math.min(lifeSeconds, uploadSeconds), endsAt, oldest);
}

/**
 * Extends the upload, and its record and reservation before it; at most once an hour, and more often
 * only where UPLOAD_TTL is shorter than two. Where the record cannot be written the upload stays as
 * it is, and the next call tries again: so the upkeep, which goes by the record, never aborts what
 * moves.
 *
 * @param rules those of this call, which bound what an earlier one allowed.
 * @returns the upload with its new end; undefined if it keeps the one that it has.
 */
export async function extended(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  upload: Upload,
): Promise<Upload | undefined> {
  const { ledger, reservations } = signer;
  const { owner, id } = upload;
  const asker = await askerOf(signer, owner);
  const expiresAt = nextEnd(rules, upload, asker.now);
  const { lifeSeconds = upload.expiresAt - upload.createdAt } = upload;
  const step = Math.min(STEP_SECONDS, Math.ceil(lifeSeconds / 2));
  const isWorthwhile = (end: number) => expiresAt - end >= (end > asker.now ? step : 1);
  if (expiresAt <= asker.now || !isWorthwhile(upload.expiresAt)) return undefined;
  const entry = await ledger.get(owner, id);
  if (entry && (entry.state !== 'open' || entry.upload.mark !== upload.mark)) return undefined;
  // Another token of the same upload may have extended it already.
  if (entry && !isWorthwhile(entry.upload.expiresAt)) {
    return { ...upload, expiresAt: entry.upload.expiresAt };
  }
  const recorded = { ...(entry?.upload ?? upload), expiresAt, lifeSeconds };
  try {
    await reservations.extend(asker, id, expiresAt);
    const isWritten = await ledger.put(
      { ...entry, state: 'open', upload: recorded },
      waitUntilOf(c),
    );
    return isWritten ? { ...upload, expiresAt, lifeSeconds } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The upload for its owner who comes back to it: extended, even after its time, as long as nothing has
 * ended it. One whose time was up takes its room again.
 *
 * @throws ProblemError `expired` where it has reached its maximum age, `store_unavailable` where its
 *   record cannot be written now, or what `Quota.take` says.
 */
export async function resumed(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  upload: Upload,
  field?: string,
): Promise<Upload> {
  const now = signer.now();
  const isOver = isExpired(upload, now);
  if (isOver) {
    const expiresAt = nextEnd(rules, upload, Math.floor(now / 1000));
    if (isExpired({ expiresAt }, now)) throw tooOldUpload(field);
    await c.get('quota')?.take(rules, { ...upload, expiresAt }, 'create');
  }
  const longer = await extended(signer, c, rules, upload);
  if (!longer && isOver) {
    const detail = 'The upload cannot be extended now: try again.';
    throw new ProblemError('store_unavailable', detail, { retryAfter: 1 });
  }
  return longer ?? upload;
}

/** What a page is told of an upload that a call has extended. */
export async function renewalOf(
  signer: Signer,
  upload: Upload | undefined,
): Promise<Partial<Renewal>> {
  if (!upload) return {};
  return { token: await signer.tokens.seal(upload), expiresAt: isoOf(upload.expiresAt) };
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
