/** Finds the upload that a request is about, and checks that the caller may use it. */
import type { SignerContext, Signer, PolicyAction } from '../context.ts';
import { answerOf } from '../hooks.ts';
import { GRACE_SECONDS, type Entry } from '../ledger/ledger.ts';
import { isCounted } from '../policy/quota.ts';
import { checkFile, covers, narrow, type CheckedFile, type Rules } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, expiredUpload, idOfAnotherFile, noSuchUpload } from '../refusals.ts';
import { isUploadId } from '../protocol/id.ts';
import { TOKEN_HEADER } from '../protocol/simple-body.ts';
import { isExpired } from './state.ts';
import { isByForm, type Upload } from './upload.ts';

/** Whether an expired token is accepted. It is to complete an upload whose parts have arrived. */
export type TokenUse = 'in-time' | 'at-any-time';

/**
 * The upload that the request's token seals. Reads neither KV nor the store, unless the token has
 * expired.
 *
 * @throws ProblemError `unauthenticated` without a valid token, `expired`, `forbidden` if the token is
 *   for another upload, `not_found` if the upload is not the caller's.
 */
export async function uploadOfToken(
  signer: Signer,
  c: SignerContext,
  use?: TokenUse,
): Promise<Upload> {
  const token = c.req.header(TOKEN_HEADER);
  if (!token) {
    throw new ProblemError('unauthenticated', 'The Upload-Token header is missing.', {
      field: 'Upload-Token',
    });
  }
  const upload = await openToken(signer, c, token, idOf(c), use);
  c.get('line')['upload'] = upload.id;
  return upload;
}

/** The upload that `token` seals, if it has this `id`. @throws ProblemError as `uploadOfToken`. */
export async function openToken(
  signer: Signer,
  c: SignerContext,
  token: string,
  id: string,
  use?: TokenUse,
): Promise<Upload> {
  const upload = await openOwnUpload(signer, c, token, use);
  assertId(upload, id);
  assertSized(upload);
  return upload;
}

/**
 * The upload that `token` seals, if it is the caller's. An expired token is accepted for as long as a
 * later one has extended the upload.
 *
 * @throws ProblemError as `uploadOfToken`.
 */
export async function openOwnUpload(
  signer: Signer,
  c: SignerContext,
  token: string,
  use: TokenUse = 'in-time',
): Promise<Upload> {
  const sealed = await signer.tokens.openAtAnyTime(token);
  assertOwner(c, sealed);
  const now = signer.now();
  if (!isExpired(sealed, now)) return sealed;
  const entry = await signer.ledger.get(sealed.owner, sealed.id);
  const upload = latestOf(signer, sealed, entry);
  if (!upload || (use === 'in-time' && isExpired(upload, now))) throw expiredUpload();
  const isCancelled = isRecordOf(entry, sealed) && entry.state === 'aborted';
  if (use === 'at-any-time' && isCancelled) throw cancelledUpload();
  return upload;
}

/**
 * The sealed upload with the expiry of its record. Undefined if it expired so long ago that its
 * record may be gone, because then nothing would show that it has been completed before.
 */
function latestOf(signer: Signer, sealed: Upload, entry: Entry | undefined): Upload | undefined {
  const { expiresAt } = sealed;
  if (isRecordOf(entry, sealed)) {
    return { ...sealed, expiresAt: Math.max(expiresAt, entry.upload.expiresAt) };
  }
  return isExpired({ expiresAt: expiresAt + GRACE_SECONDS }, signer.now()) ? undefined : sealed;
}

/** False if there is no record, or if the upload's id was used for another file. */
function isRecordOf(entry: Entry | undefined, { mark }: Upload): entry is Entry {
  return entry?.upload.mark === mark;
}

function assertId(upload: Upload, id: string): void {
  if (upload.id === id) return;
  throw new ProblemError('forbidden', 'The upload token is for another upload.');
}

/**
 * Refuses uploads of unknown size, which only /companion can continue.
 *
 * @throws ProblemError `conflict`.
 */
export function assertSized(upload: Upload): void {
  if (upload.chunked) {
    throw new ProblemError('conflict', 'This upload was started through /chunks; finish it there.');
  }
  if (!upload.unsized) return;
  throw new ProblemError(
    'conflict',
    'This upload was started through /companion; finish it there.',
  );
}

/**
 * The upload that the path names: from its token or, without one, from the owner's record.
 *
 * @throws ProblemError `not_found` if it does not exist or is not the caller's.
 */
export async function uploadOfOwner(
  signer: Signer,
  c: SignerContext,
): Promise<{ readonly upload: Upload; readonly entry: Entry | undefined }> {
  const id = idOf(c);
  const token = c.req.header(TOKEN_HEADER);
  // An expired token still shows who owns the upload.
  const sealed = token ? await signer.tokens.openAtAnyTime(token) : undefined;
  if (sealed) {
    assertOwner(c, sealed);
    assertId(sealed, id);
    assertSized(sealed);
  }
  const entry = await signer.ledger.get((sealed ?? c.get('caller')).owner, id);
  const upload = sealed ? latestOf(signer, sealed, entry) : entry?.upload;
  if (!upload) throw noSuchUpload();
  assertOwner(c, upload);
  c.get('line')['upload'] = upload.id;
  return { upload, entry };
}

/**
 * The caller's own upload of this id, by its record alone, and the state that the record says.
 *
 * @throws ProblemError `not_found` for what is not the caller's, and for what is not there.
 */
export async function uploadOfRecord(signer: Signer, c: SignerContext, id: string): Promise<Entry> {
  const entry = await signer.ledger.get(c.get('caller').owner, id);
  if (!entry) throw noSuchUpload();
  assertOwner(c, entry.upload);
  return entry;
}

/**
 * The rules for this file of this caller, narrowed by the policy hook.
 *
 * @throws ProblemError if they refuse the file.
 */
export async function rulesFor(
  signer: Signer,
  c: SignerContext,
  file: CheckedFile,
  action: PolicyAction,
  path = '',
): Promise<Rules> {
  const rules = await narrowedRules(signer, c, file, action);
  checkFile(rules, file, path);
  return rules;
}

/**
 * The rules for an upload that is about to be completed. The owner's limits are checked, too.
 *
 * @throws ProblemError if they refuse the upload.
 */
export async function rulesForCompletion(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
): Promise<Rules> {
  const rules = await rulesFor(signer, c, upload, 'complete');
  await c.get('quota')?.take(rules, upload, 'complete');
  if (!isCounted(rules) || signer.reservations.exact) return rules;
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (!entry || entry.upload.mark === upload.mark) return rules;
  throw idOfAnotherFile('id');
}

/**
 * Refuses to sign another form for a cancelled file, or to relay the file: its room becomes free when its
 * last form expires. Other uploads need no check, because the store refuses their parts after the abort.
 *
 * @throws ProblemError `conflict`.
 */
export async function assertNotCancelled(signer: Signer, upload: Upload): Promise<void> {
  if (!isByForm(upload)) return;
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.state !== 'aborted' || entry.upload.mark !== upload.mark) return;
  throw cancelledUpload();
}

/** The caller's rules, narrowed by the policy hook for this file. The file is not checked yet. */
export async function narrowedRules(
  signer: Signer,
  c: SignerContext,
  file: CheckedFile,
  action: PolicyAction,
): Promise<Rules> {
  const { policy } = signer;
  const ask = () => policy?.(file, c.get('caller'), action);
  const by = await answerOf(c.get('log'), 'policy', ask);
  return narrow(c.get('rules'), by);
}

/** Refuses other callers' uploads as if they did not exist, so that nobody learns which ids exist. */
function assertOwner(c: SignerContext, upload: Upload): void {
  const caller = c.get('caller');
  // An anonymous caller has no name, so whoever has the token of an anonymous upload is its owner.
  const isOwner = upload.owner === caller.owner || (caller.anonymous && upload.anonymous);
  if (!isOwner || !covers(c.get('rules'), upload)) {
    throw noSuchUpload();
  }
}

function idOf(c: SignerContext): string {
  const id = c.req.param('id') ?? '';
  if (!isUploadId(id)) throw noSuchUpload();
  return id;
}
