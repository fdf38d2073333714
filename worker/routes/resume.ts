/** `POST /uploads/:id/resume`: a new token for the owner, and the parts that the store has. */
import { assertSized, rulesFor, uploadOfOwner } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { cancelledUpload, forgottenByStore } from '../refusals.ts';
import { MAX_CHECKSUMS_PER_CREATE, partCount, type ResumeAnswer } from '../protocol.ts';
import { createdAnswer } from '../upload/create/created-answer.ts';
import { resumeUpload } from '../upload/life.ts';
import { stateOf } from '../upload/state.ts';
import { inspectStore, partsOfObject, resultOf, storedParts } from '../upload/stored.ts';
import { planOf, type Upload } from '../upload/upload.ts';

export function resumeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    assertSized(upload);
    const rules = await rulesFor(signer, c, upload, 'sign');
    if (entry?.state === 'aborted') throw cancelledUpload();
    const stored = entry?.result ? undefined : await inspectStore(signer, upload);
    const state = stateOf(upload, entry, stored, signer.now());
    const object = stored?.kind === 'object' && upload.multipart ? stored.object : undefined;
    const isUnverified = state === 'verifying' && object !== undefined;
    const result = entry?.result ?? (object && !isUnverified && resultOf(upload, object));
    const isGone = stored?.kind === 'gone' || entry?.state === 'expired';
    if (!result && isGone) throw forgottenByStore();
    const isStored = result || isUnverified;
    const current = isStored ? upload : await resumeUpload(signer, c, rules, upload);
    // Of a file that is being verified nothing has to be sent again, and Complete tells how far it is.
    const parts = isUnverified ? partsOfObject(upload, object) : storedParts(upload, stored);
    const missing = result || upload.checksum ? [] : missingParts(upload, parts);
    const answer = await createdAnswer(signer, current, missing, result || undefined);
    return c.json<ResumeAnswer>({ ...answer, parts });
  };
}

/** The first few parts that the store lacks. With checksums, the page has to send those first. */
function missingParts(upload: Upload, stored: readonly { number: number }[]) {
  const present = new Set(stored.map(({ number }) => number));
  const all = Array.from({ length: partCount(planOf(upload)) }, (_, index) => index + 1);
  return all
    .filter((number) => !present.has(number))
    .slice(0, MAX_CHECKSUMS_PER_CREATE)
    .map((number) => ({ number }));
}
