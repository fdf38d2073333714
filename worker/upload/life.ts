/**
 * The lifetime of an upload. Each call that signs parts extends it, so an upload that makes progress
 * does not expire. An idle one expires `UPLOAD_TTL` after the last such call, or up to an hour sooner.
 *
 * A signing call counts as progress because the Worker learns of nothing else without asking the store.
 * A caller who signs only to keep an upload open needs a valid token and the policy's consent each
 * time; the upload counts against the owner's limits meanwhile, and UPLOAD_MAX_AGE ends it.
 */
import { outliving, waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import type { Rules } from '../policy/policy.ts';
import { giveBackRoom } from '../policy/quota.ts';
import { ProblemError } from '../problem.ts';
import type { Renewal } from '../protocol.ts';
import { tooOldUpload } from '../refusals.ts';
import { isoOf } from '../util/iso-time.ts';
import { recordOpen } from './record-open.ts';
import { isExpired } from './state.ts';
import type { Upload } from './upload.ts';

/** Least time between two extensions, because each of them costs a write to KV. */
const STEP_SECONDS = 3600;

/** The lifetime that the rules give a new upload. `createdAt` is in seconds since the epoch. */
export function lifeOf(
  { uploadSeconds, maxAgeSeconds }: Pick<Rules, 'uploadSeconds' | 'maxAgeSeconds'>,
  createdAt: number,
): Pick<Upload, 'expiresAt' | 'lifeSeconds' | 'endsAt'> {
  const expiresAt = createdAt + uploadSeconds;
  if (maxAgeSeconds === null) return { expiresAt, lifeSeconds: uploadSeconds };
  const endsAt = createdAt + maxAgeSeconds;
  return { expiresAt: Math.min(expiresAt, endsAt), lifeSeconds: uploadSeconds, endsAt };
}

/** When the store deletes the unfinished upload, in Unix seconds. Null: never, as far as is known. */
export function storeExpiryOf(
  { store }: Pick<Signer, 'store'>,
  { multipart, createdAt }: Upload,
): number | null {
  const { staleAfterSeconds } = store.profile;
  if (!multipart) return null;
  return multipart.abortsAt ?? (staleAfterSeconds === null ? null : createdAt + staleAfterSeconds);
}

/** When the upload would expire if it were extended now. A time in the past: it has its maximum age. */
function nextExpiry(
  { uploadSeconds, maxAgeSeconds }: Rules,
  { createdAt, expiresAt, lifeSeconds = expiresAt - createdAt, endsAt = Infinity }: Upload,
  now: number,
): number {
  const oldest = createdAt + (maxAgeSeconds ?? Infinity);
  return Math.min(now + Math.min(lifeSeconds, uploadSeconds), endsAt, oldest);
}

/**
 * Extends the upload together with its reservation and its record, at most once an hour (more often
 * only if UPLOAD_TTL is shorter than two hours). If the record cannot be written, or the upload ends
 * meanwhile, it is not extended, and the next call tries again. The upkeep goes by records, so it never
 * aborts an upload that makes progress.
 *
 * @param rules the caller's present rules. They may allow less than those of Create did.
 * @returns the upload with its new expiry, or undefined if that has not changed.
 */
export async function extendUpload(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  upload: Upload,
): Promise<Upload | undefined> {
  const { ledger } = signer;
  const { owner, id } = upload;
  const now = Math.floor(signer.now() / 1000);
  const expiresAt = nextExpiry(rules, upload, now);
  const { lifeSeconds = upload.expiresAt - upload.createdAt } = upload;
  const step = Math.min(STEP_SECONDS, Math.ceil(lifeSeconds / 2));
  const isWorthwhile = (end: number) => expiresAt - end >= (end > now ? step : 1);
  if (expiresAt <= now || !isWorthwhile(upload.expiresAt)) return undefined;
  const entry = await ledger.get(owner, id);
  if (entry && (entry.state !== 'open' || entry.upload.mark !== upload.mark)) return undefined;
  // Another token of the same upload may have extended it already.
  if (entry && !isWorthwhile(entry.upload.expiresAt)) {
    return { ...upload, expiresAt: entry.upload.expiresAt };
  }
  const extended = { ...(entry?.upload ?? upload), expiresAt, lifeSeconds };
  try {
    const isOpen = await recordOpen(
      signer,
      { ...entry, state: 'open', upload: extended },
      waitUntilOf(c),
      'once',
    );
    return isOpen ? { ...upload, expiresAt, lifeSeconds } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Extends the upload for an owner who returns to it, even if it has expired. In that case, room is
 * reserved for it again, and given back if it cannot be extended.
 *
 * @throws ProblemError `expired` if it has reached its maximum age, `store_unavailable` if its record
 *   cannot be written, or a refusal of `Quota.take`.
 */
export function resumeUpload(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  upload: Upload,
  field?: string,
): Promise<Upload> {
  const resume = async (): Promise<Upload> => {
    const now = signer.now();
    if (!isExpired(upload, now)) return (await extendUpload(signer, c, rules, upload)) ?? upload;
    const expiresAt = nextExpiry(rules, upload, Math.floor(now / 1000));
    if (isExpired({ expiresAt }, now)) throw tooOldUpload(field);
    await c.get('quota')?.take(rules, { ...upload, expiresAt }, 'create');
    const extended = await extendUpload(signer, c, rules, upload);
    if (extended) return extended;
    await giveBackRoom(signer, upload);
    const detail = 'The upload cannot be extended now: try again.';
    throw new ProblemError('store_unavailable', detail, { retryAfter: 1 });
  };
  // Room without a record would stay taken for a client that goes away.
  return outliving(waitUntilOf(c), resume());
}

/** The fields of an answer by which the page learns that the upload was extended; none otherwise. */
export async function renewalOf(
  signer: Signer,
  upload: Upload | undefined,
): Promise<Partial<Renewal>> {
  if (!upload) return {};
  return { token: await signer.tokens.seal(upload), expiresAt: isoOf(upload.expiresAt) };
}
