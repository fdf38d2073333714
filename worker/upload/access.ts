/** Finds the upload that a request is about, and checks that the caller may use it. */
import type { SignerContext, Signer, PolicyAction } from '../context.ts';
import { answerOf } from '../hooks.ts';
import type { Entry } from '../ledger/ledger.ts';
import { isCounted } from '../policy/quota.ts';
import { checkFile, covers, narrow, type CheckedFile, type Rules } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, idOfAnotherFile, noSuchUpload } from '../refusals.ts';
import { isUploadId } from '../protocol/id.ts';
import { isByForm, type Upload } from './upload.ts';

const TOKEN_HEADER = 'upload-token';

/**
 * The upload that the token seals. Reads nothing.
 *
 * @throws ProblemError `unauthenticated` without a good token, `expired`, `forbidden` where the
 *   token is for another upload, `not_found` where it is somebody else's.
 */
export async function uploadOfToken(signer: Signer, c: SignerContext): Promise<Upload> {
  const token = c.req.header(TOKEN_HEADER);
  if (!token) {
    throw new ProblemError('unauthenticated', 'The Upload-Token header is missing.');
  }
  const upload = await openToken(signer, c, token, idOf(c));
  c.get('line')['upload'] = upload.id;
  return upload;
}

/** The upload that `token` seals, for the one named `id`. @throws as `uploadOfToken`. */
export async function openToken(
  signer: Signer,
  c: SignerContext,
  token: string,
  id: string,
): Promise<Upload> {
  const upload = await openMine(signer, c, token);
  if (upload.id !== id) {
    throw new ProblemError('forbidden', 'The upload token is for another upload.');
  }
  assertSized(upload);
  return upload;
}

/** The caller's own upload that `token` seals. @throws as `uploadOfToken`. */
export async function openMine(signer: Signer, c: SignerContext, token: string): Promise<Upload> {
  const upload = await signer.tokens.open(token);
  assertMine(c, upload);
  return upload;
}

/**
 * Parts of a size that was said are another matter than those of a client of Companion's.
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
 * The upload of the path: by its token, else by the owner's record.
 *
 * @throws ProblemError `not_found` for what is not the caller's, and for what is not there.
 */
export async function uploadOfOwner(
  signer: Signer,
  c: SignerContext,
): Promise<{ readonly upload: Upload; readonly entry: Entry | undefined }> {
  const { owner } = c.get('caller');
  const sealed = c.req.header(TOKEN_HEADER)
    ? await unlessOver(uploadOfToken(signer, c))
    : undefined;
  const entry = await signer.ledger.get(sealed?.owner ?? owner, idOf(c));
  const upload = sealed ?? entry?.upload;
  if (!upload) throw noSuchUpload();
  assertMine(c, upload);
  c.get('line')['upload'] = upload.id;
  return { upload, entry };
}

/**
 * The caller's own upload of this id, by its record.
 *
 * @throws ProblemError `not_found`.
 */
export async function uploadOfRecord(
  signer: Signer,
  c: SignerContext,
  id: string,
): Promise<{ readonly upload: Upload; readonly entry: Entry }> {
  const entry = await signer.ledger.get(c.get('caller').owner, id);
  if (!entry) throw noSuchUpload();
  assertMine(c, entry.upload);
  return { upload: entry.upload, entry };
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

/** A token that is over may still lead to a result that has been kept. */
async function unlessOver(opened: Promise<Upload>): Promise<Upload | undefined> {
  try {
    return await opened;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'expired') return undefined;
    throw error;
  }
}

function idOf(c: SignerContext): string {
  const id = c.req.param('id') ?? '';
  if (!isUploadId(id)) throw noSuchUpload();
  return id;
}
