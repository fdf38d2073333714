/** Makes one object of an upload's parts, even if answers of the store are lost. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { isStoreError, StoreError } from '../../s3/requests/errors.ts';
import type { CompleteRequest, StoredObject } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';
import { findObject } from '../stored.ts';

/** An object made of parts. */
export interface Assembled {
  readonly object: StoredObject | undefined;
  /** This call asked the store to make it. */
  readonly isNew: boolean;
  /** The store answered this call that it made the object, with the checksum that was sent. */
  readonly isConfirmed: boolean;
}

/**
 * Completes the multipart upload and returns its object; no object if the upload is gone and has
 * left none. An error of `collectParts` is handled like one of Complete, because the store may
 * already have forgotten the upload when its parts are listed.
 */
export async function assembleObject(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  collectParts: () => Promise<Pick<CompleteRequest, 'parts' | 'bytes' | 'checksum'>>,
): Promise<Assembled> {
  const { store } = signer;
  let isNew = false;
  try {
    const parts = await collectParts();
    // A store that cannot refuse to replace an object is first asked whether there is one.
    const existing = store.profile.conditionalComplete ? undefined : await store.head(upload.key);
    if (existing) return { object: existing, isNew, isConfirmed: false };
    isNew = true;
    await store.completeMultipart(upload.key, uploadId, {
      ...parts,
      algorithm: upload.checksum,
      ifNoneMatch: upload.object?.ifNoneMatch,
    });
  } catch (error) {
    const object = await waitForObject(signer, upload, delaysAfter(error));
    if (object) return { object, isNew, isConfirmed: false };
    if (isStoreError(error, 'not_found')) {
      return { object: undefined, isNew: false, isConfirmed: false };
    }
    throw error;
  }
  return { object: await headOfNew(signer, upload), isNew, isConfirmed: true };
}

/**
 * The object that the store has just made.
 *
 * @throws StoreError `unknown` if there is none, which does not mean that the upload is gone.
 */
async function headOfNew({ store }: Signer, upload: Upload): Promise<StoredObject> {
  for (const delay of RECHECK_DELAYS_MS) {
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const object = await store.head(upload.key);
    if (object) return object;
  }
  throw new StoreError({ kind: 'unknown', operation: 'HeadObject', code: 'NoSuchKey' });
}

/** Another Complete of the same upload may still be running; its object appears soon. */
const RECHECK_DELAYS_MS = [0, 250, 1000];

/** Delays, in milliseconds, after which to look for the object in spite of the error. */
function delaysAfter(error: unknown): readonly number[] {
  // The upload may have been completed by this call, an earlier one or a parallel one.
  const ambiguous = ['unknown', 'not_found', 'exists', 'conflict'] as const;
  if (ambiguous.some((kind) => isStoreError(error, kind))) return RECHECK_DELAYS_MS;
  // Two Creates may have opened two multipart uploads, and the other one was completed.
  const isMissingParts = error instanceof ProblemError && error.code === 'incomplete';
  return isMissingParts || isStoreError(error, 'invalid_part') ? [0] : [];
}

async function waitForObject(
  signer: Signer,
  upload: Upload,
  delays: readonly number[],
): Promise<StoredObject | undefined> {
  for (const delay of delays) {
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const object = await findObject(signer, upload);
    if (object) return object;
  }
  return undefined;
}
