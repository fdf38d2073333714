/**
 * Ends uploads: complete, once or many times, or thrown away. The object under the key decides, by
 * its mark and its size, and never what has been remembered.
 */
import { rulesFor } from './access.ts';
import { waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import type { WaitUntil } from '../ledger.ts';
import { isFinal, ProblemError } from '../problem.ts';
import {
  partCount,
  partRange,
  type CompleteBody,
  type PartReceipt,
  type Result,
  type StoredPart,
} from '../protocol.ts';
import { isStoreError } from '../s3/errors.ts';
import type { CompleteRequest, StoredObject } from '../s3/store.ts';
import { checksumOf, isOf, objectOf, resultOf } from './stored.ts';
import { planOf, sized, type Upload } from '../upload.ts';

/** Another Complete of the same upload may be at work: its object shows soon. */
const LOOK_AGAIN_MS = [0, 250, 1000];

/**
 * Completes an upload. Asked twice, in order or at once, it answers the same.
 *
 * @throws ProblemError `incomplete`, `checksum_mismatch`, `conflict`, `expired`, or what the policy
 *   says against it: then the upload is thrown away.
 */
export async function complete(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  body: CompleteBody,
): Promise<Result> {
  await assertAllowed(signer, c, upload);
  const object = upload.multipart
    ? await completeParts(signer, upload, upload.multipart.uploadId, body)
    : await signer.store.head(upload.key);
  if (!object) return remembered(signer, upload);
  await assertWhole(signer, upload, object);
  return settle(signer, waitUntilOf(c), upload, object);
}

/**
 * Asks the policy once more: an upload that it would not let through now is thrown away.
 *
 * @throws ProblemError for a no.
 */
async function assertAllowed(signer: Signer, c: SignerContext, upload: Upload): Promise<void> {
  try {
    await rulesFor(signer, c, upload, 'complete');
  } catch (error) {
    if (!isFinal(error)) throw error;
    // What was complete when it was allowed stays.
    const known = await signer.ledger.get(upload.owner, upload.id);
    if (known?.state !== 'complete') await discard(signer, upload, waitUntilOf(c));
    throw error;
  }
}

/**
 * Asks the `finalize` hook, remembers that the upload is complete, and tells; once, by this
 * isolate's memory, else by the ledger's. Only two Completes that reach two places within a minute
 * can both be the first.
 *
 * @throws ProblemError what the hook says, else `store_unavailable`, so that it is asked again.
 */
export async function settle(
  signer: Signer,
  waitUntil: WaitUntil,
  begun: Upload,
  object: StoredObject,
): Promise<Result> {
  const upload = sized(begun, object.bytes);
  const result = resultOf(upload, object);
  const { owner, id } = upload;
  await signer.once(`${owner} ${id} ${result.etag} ${result.completedAt}`, async () => {
    const known = await signer.ledger.get(owner, id);
    if (known?.state === 'complete' && known.result?.etag === result.etag) return;
    await finalize(signer, upload, result);
    await signer.ledger.put({ state: 'complete', upload, result }, waitUntil);
    signer.emit({ type: 'completed', upload, result }, waitUntil);
  });
  return result;
}

async function finalize({ hooks, log }: Signer, upload: Upload, result: Result): Promise<void> {
  try {
    await hooks.finalize?.(upload, result);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    log.warn('hook_failed', { type: 'finalize', upload: upload.id, error });
    throw new ProblemError(
      'store_unavailable',
      'The file is stored, but what has to follow failed: try again.',
      { retryAfter: 1 },
    );
  }
}

/**
 * Takes from the store what there is of an upload that is not complete. False where a Complete was
 * faster: then there is an object, it is kept, and nothing is said to have been aborted.
 */
export async function discard(
  signer: Signer,
  upload: Upload,
  waitUntil: WaitUntil,
): Promise<boolean> {
  if (upload.multipart) {
    await signer.store.abortMultipart(upload.key, upload.multipart.uploadId);
    if (await objectOf(signer, upload)) return false;
  } else if (await objectOf(signer, upload)) {
    await signer.store.remove(upload.key);
  }
  await signer.ledger.put({ state: 'aborted', upload }, waitUntil);
  signer.emit({ type: 'aborted', upload }, waitUntil);
  return true;
}

async function completeParts(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  body: CompleteBody,
): Promise<StoredObject | undefined> {
  return putTogether(signer, upload, uploadId, async () => ({
    parts: await partsFor(signer, upload, uploadId, body.parts ?? []),
    bytes: upload.bytes,
    checksum: body.checksum,
  }));
}

/**
 * The object that the parts make; undefined where the upload is gone and has left none. `partsOf`
 * runs under the same care: the store may know the upload no longer when it is asked for its parts.
 */
export async function putTogether(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  partsOf: () => Promise<Pick<CompleteRequest, 'parts' | 'bytes' | 'checksum'>>,
): Promise<StoredObject | undefined> {
  const { store } = signer;
  try {
    const parts = await partsOf();
    // A store that cannot refuse to replace an object is asked first what there is.
    const there = store.profile.conditionalComplete ? undefined : await store.head(upload.key);
    if (there) return there;
    await store.completeMultipart(upload.key, uploadId, {
      ...parts,
      algorithm: upload.checksum,
      ifNoneMatch: upload.object?.ifNoneMatch,
    });
  } catch (error) {
    const object = await lookFor(signer, upload, delaysAfter(error));
    if (object) return object;
    if (isStoreError(error, 'not_found')) return undefined;
    throw error;
  }
  return store.head(upload.key);
}

/** How often to look for the object all the same, and after how many milliseconds. */
function delaysAfter(error: unknown): readonly number[] {
  // By this call, by an earlier one, or by one beside it that is still at work.
  const ambiguous = ['unknown', 'not_found', 'exists', 'conflict'] as const;
  if (ambiguous.some((kind) => isStoreError(error, kind))) return LOOK_AGAIN_MS;
  // Two Creates of one upload, of which the other has been completed.
  const lacks = error instanceof ProblemError && error.code === 'incomplete';
  return lacks || isStoreError(error, 'invalid_part') ? [0] : [];
}

async function lookFor(
  signer: Signer,
  upload: Upload,
  delays: readonly number[],
): Promise<StoredObject | undefined> {
  for (const delay of delays) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const object = await objectOf(signer, upload);
    if (object) return object;
  }
  return undefined;
}

/** Every part of the plan, as the store lists it, or by receipts where it cannot. */
async function partsFor(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  said: readonly PartReceipt[],
): Promise<PartReceipt[]> {
  const { store, ledger } = signer;
  if (!store.profile.listParts) {
    const parts = new Map<number, PartReceipt>();
    const complete = said.length === partCount(planOf(upload));
    for (const part of complete ? said : [...(await ledger.receipts(upload)), ...said]) {
      parts.set(part.number, part);
    }
    assertAll(upload, parts);
    return [...parts.values()];
  }
  const listed = await store.listParts(upload.key, uploadId);
  const parts = new Map(listed.filter((part) => fits(upload, part)).map((p) => [p.number, p]));
  assertAll(upload, parts);
  for (const { number, checksum } of said) {
    const stored = parts.get(number)?.checksum;
    if (checksum !== undefined && stored !== undefined && checksum !== stored) {
      throw new ProblemError('checksum_mismatch', `Part ${number} is not what was said.`, {
        field: 'parts',
      });
    }
  }
  return [...parts.values()];
}

/** A part of another plan, or of an earlier attempt with another size, is as good as none. */
function fits(upload: Upload, part: StoredPart): boolean {
  const plan = planOf(upload);
  if (part.number > partCount(plan)) return false;
  const { start, end } = partRange(plan, part.number);
  return part.bytes === end - start;
}

function assertAll(upload: Upload, parts: ReadonlyMap<number, unknown>): void {
  const count = partCount(planOf(upload));
  const missing: number[] = [];
  for (let number = 1; number <= count && missing.length <= 10; number++) {
    if (!parts.has(number)) missing.push(number);
  }
  if (missing.length > 0) {
    const some = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new ProblemError('incomplete', `Parts are missing: ${some}.`, { field: 'parts' });
  }
}

/** Another size cannot come from a signed request; it is not kept, and not called complete. */
export async function assertWhole(
  signer: Signer,
  upload: Upload,
  object: StoredObject,
): Promise<void> {
  if (object.uploadToken !== upload.mark) {
    throw new ProblemError('conflict', 'Under the key lies an object of another upload.');
  }
  if (!isOf(object, upload)) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'incomplete',
      `The object had ${object.bytes} bytes and not ${upload.bytes}: it has been removed.`,
    );
  }
  const checksum = checksumOf(upload, object);
  if (upload.sum !== undefined && checksum !== undefined && upload.sum !== checksum) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'checksum_mismatch',
      'The object is not the file that was announced: it has been removed.',
    );
  }
}

/** The object has been moved since, or it never came. */
export async function remembered(signer: Signer, upload: Upload): Promise<Result> {
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.result) return entry.result;
  if (upload.multipart) {
    throw new ProblemError('expired', 'The store no longer knows this upload: start it again.');
  }
  throw new ProblemError('incomplete', 'The store has no such object: send it again.');
}
