/** `POST /uploads/:id/resume`: a fresh token for the owner, and the parts that the store holds. */
import { assertSized, rulesFor, uploadOfOwner } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { cancelledUpload, forgottenByStore } from '../refusals.ts';
import { MAX_CHECKSUMS_PER_CREATE, partCount, type ResumeAnswer } from '../protocol.ts';
import { createdAnswer } from '../upload/create/created.ts';
import { resumed } from '../upload/life.ts';
import { partsOf, resultOf, storedOf } from '../upload/stored.ts';
import { planOf, type Upload } from '../upload/upload.ts';

export function resumeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    assertSized(upload);
    const rules = await rulesFor(signer, c, upload, 'sign');
    if (entry?.state === 'aborted') throw cancelledUpload();
    const stored = entry?.result ? undefined : await storedOf(signer, upload);
    const done =
      entry?.result ??
      (stored?.kind === 'object' && upload.multipart && resultOf(upload, stored.object));
    if (!done && (stored?.kind === 'gone' || entry?.state === 'expired')) throw forgottenByStore();
    const living = done ? upload : await resumed(signer, c, rules, upload);
    const parts = partsOf(upload, stored);
    const missing = done || upload.checksum ? [] : missingParts(upload, parts);
    const answer = await createdAnswer(signer, living, missing, done || undefined);
    return c.json<ResumeAnswer>({ ...answer, parts });
  };
}

/** The first few that the store lacks; with checksums the page has to name them first. */
function missingParts(upload: Upload, stored: readonly { number: number }[]) {
  const there = new Set(stored.map(({ number }) => number));
  const all = Array.from({ length: partCount(planOf(upload)) }, (_, index) => index + 1);
  return all
    .filter((number) => !there.has(number))
    .slice(0, MAX_CHECKSUMS_PER_CREATE)
    .map((number) => ({ number }));
}
