/** Finds the upload that a request is about, and checks that the caller may use it. */
import type { SignerContext, Signer, PolicyAction } from '../context.ts';
import { answerOf } from '../hooks.ts';
import { GRACE_SECONDS, type Entry } from '../ledger/ledger.ts';
import { isCounted } from '../policy/quota.ts';
import { checkFile, covers, narrow, type CheckedFile, type Rules } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, expiredUpload, idOfAnotherFile, noSuchUpload } from '../refusals.ts';
import { isUploadId } from '../protocol/id.ts';
import { isExpired } from './state.ts';
import { isByForm, type Upload } from './upload.ts';

const TOKEN_HEADER = 'upload-token';

/** Until when a token is good: until the upload expires, or, to complete what has arrived, at any time. */
export type TokenUse = 'in-time' | 'at-any-time';

/**
 * The upload that the token seals. Reads nothing, unless the token has ended.
 *
 * @throws ProblemError `unauthenticated` without a good token, `expired`, `forbidden` where the
 *   token is for another upload, `not_found` where it is somebody else's.
 */
export async function uploadOfToken(
  signer: Signer,
  c: SignerContext,
  use?: TokenUse,
): Promise<Upload> {
  const token = c.req.header(TOKEN_HEADER);
  if (!token) {
    throw new ProblemError('unauthenticated', 'The Upload-Token header is missing.');
  }
  const upload = await openToken(signer, c, token, idOf(c), use);
  c.get('line')['upload'] = upload.id;
  return upload;
}

/** The upload that `token` seals, for the one named `id`. @throws as `uploadOfToken`. */
export async function openToken(
  signer: Signer,
  c: SignerContext,
  token: string,
  id: string,
  use?: TokenUse,
): Promise<Upload> {
  const upload = await openMine(signer, c, token, use);
  assertIsOf(upload, id);
  assertSized(upload);
  return upload;
}

/**
 * The caller's own upload that `token` seals. A token that has ended is good for as long as the upload
 * has been extended with a later one.
 *
 * @throws as `uploadOfToken`.
 */
export async function openMine(
  signer: Signer,
  c: SignerContext,
  token: string,
  use: TokenUse = 'in-time',
): Promise<Upload> {
  const upload = await signer.tokens.openAtAnyTime(token);
  assertMine(c, upload);
  if (!isExpired(upload, signer.now())) return upload;
  const entry = await signer.ledger.get(upload.owner, upload.id);
  const known = latest(signer, upload, entry);
  if (!known || (use === 'in-time' && isExpired(known, signer.now()))) throw expiredUpload();
  if (use === 'at-any-time' && isOwn(entry, upload) && entry.state === 'aborted') {
    throw cancelledUpload();
  }
  return known;
}

/**
 * The sealed upload with the end that its record knows. Undefined where its time was up so long ago
 * that the record may be gone: nothing would show then that it had been completed before.
 */
function latest(signer: Signer, sealed: Upload, entry: Entry | undefined): Upload | undefined {
  if (isOwn(entry, sealed)) {
    return { ...sealed, expiresAt: Math.max(sealed.expiresAt, entry.upload.expiresAt) };
  }
  const { expiresAt } = sealed;
  return isExpired({ expiresAt: expiresAt + GRACE_SECONDS }, signer.now()) ? undefined : sealed;
}

/** Whether the record is the upload's: its id may have been used for another file. */
function isOwn(entry: Entry | undefined, { mark }: Upload): entry is Entry {
  return entry?.upload.mark === mark;
}

function assertIsOf(upload: Upload, id: string): void {
  if (upload.id === id) return;
  throw new ProblemError('forbidden', 'The upload token is for another upload.');
}

/**
 * Parts of a size that was said are another matter than those of a client of Companion's.
 *
 * @throws ProblemError `conflict`.
 */
export function assertSized(upload: Upload): void {
  if (!upload.unsized) return;
  throw new ProblemError(
    'conflict',
    'This upload was started through /companion; finish it there.',
  );
}

/**
 * The upload of the path: by its token, else by the owner's record.
 *
 * @throws ProblemError `not_found` for what is not the caller's, and for what is not there.
 */
export async function uploadOfOwner(
  signer: Signer,
  c: SignerContext,
): Promise<{ readonly upload: Upload; readonly entry: Entry | undefined }> {
  const id = idOf(c);
  const token = c.req.header(TOKEN_HEADER);
  // An ended token still says who owns the upload.
  const sealed = token ? await signer.tokens.openAtAnyTime(token) : undefined;
  if (sealed) {
    assertMine(c, sealed);
    assertIsOf(sealed, id);
    assertSized(sealed);
  }
  const entry = await signer.ledger.get((sealed ?? c.get('caller')).owner, id);
  const upload = sealed ? latest(signer, sealed, entry) : entry?.upload;
  if (!upload) throw noSuchUpload();
  assertMine(c, upload);
  c.get('line')['upload'] = upload.id;
  return { upload, entry };
}

/**
 * What this caller may do with this file, the policy hook's word included.
 *
 * @throws ProblemError for a no.
 */
export async function rulesFor(
  signer: Signer,
  c: SignerContext,
  file: CheckedFile,
  action: PolicyAction,
  path = '',
): Promise<Rules> {
  const rules = await narrowedFor(signer, c, file, action);
  checkFile(rules, file, path);
  return rules;
}

/**
 * What this caller may do with an upload that ends, its limits over all uploads included.
 *
 * @throws ProblemError for a no.
 */
export async function rulesAtEnd(signer: Signer, c: SignerContext, upload: Upload): Promise<Rules> {
  const rules = await rulesFor(signer, c, upload, 'complete');
  await c.get('quota')?.take(rules, upload, 'complete');
  if (!isCounted(rules) || signer.reservations.exact) return rules;
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (!entry || entry.upload.mark === upload.mark) return rules;
  throw idOfAnotherFile('id');
}

/**
 * A cancelled file that goes by a form gives its room back when its last form expires, so no new one
 * is signed. Of any other upload the store refuses the parts as soon as it has been aborted.
 *
 * @throws ProblemError `conflict`.
 */
export async function assertLive(signer: Signer, upload: Upload): Promise<void> {
  if (!isByForm(upload)) return;
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.state !== 'aborted' || entry.upload.mark !== upload.mark) return;
  throw cancelledUpload();
}

/** The caller's rules as the policy hook narrows them for this file, which is not checked yet. */
export async function narrowedFor(
  signer: Signer,
  c: SignerContext,
  file: CheckedFile,
  action: PolicyAction,
): Promise<Rules> {
  const { log, policy } = signer;
  const by = await answerOf(log, 'policy', () => policy?.(file, c.get('caller'), action));
  return narrow(c.get('rules'), by);
}

/** Also said of what is not there: nobody learns which ids exist. */
function assertMine(c: SignerContext, upload: Upload): void {
  const caller = c.get('caller');
  // An anonymous caller has no name: whoever holds the token of an anonymous upload is its owner.
  const mine = upload.owner === caller.owner || (caller.anonymous && upload.anonymous);
  if (!mine || !covers(c.get('rules'), upload)) {
    throw noSuchUpload();
  }
}

function idOf(c: SignerContext): string {
  const id = c.req.param('id') ?? '';
  if (!isUploadId(id)) throw noSuchUpload();
  return id;
}
