/** Makes one object of an upload's parts, whatever is lost of the store's answers. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { CompleteRequest, StoredObject } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';
import { objectOf } from '../stored.ts';

/** An object made of parts. */
export interface Assembled {
  readonly object: StoredObject | undefined;
  /** The store was asked by this call to make it. */
  readonly isNew: boolean;
  /** The store has answered this call that it made the object, with the checksum that was sent. */
  readonly isConfirmed: boolean;
}

/**
 * The object that the parts make, and whether this call has made it; no object where the upload is gone and has left none. `partsOf`
 * runs under the same care: the store may know the upload no longer when it is asked for its parts.
 */
export async function putTogether(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  partsOf: () => Promise<Pick<CompleteRequest, 'parts' | 'bytes' | 'checksum'>>,
): Promise<Assembled> {
  const { store } = signer;
  let isNew = false;
  try {
    const parts = await partsOf();
    // A store that cannot refuse to replace an object is asked first what there is.
    const there = store.profile.conditionalComplete ? undefined : await store.head(upload.key);
    if (there) return { object: there, isNew, isConfirmed: false };
    isNew = true;
    await store.completeMultipart(upload.key, uploadId, {
      ...parts,
      algorithm: upload.checksum,
      ifNoneMatch: upload.object?.ifNoneMatch,
    });
  } catch (error) {
    const object = await lookFor(signer, upload, delaysAfter(error));
    if (object) return { object, isNew, isConfirmed: false };
    if (isStoreError(error, 'not_found')) {
      return { object: undefined, isNew: false, isConfirmed: false };
    }
    throw error;
  }
  return { object: await store.head(upload.key), isNew, isConfirmed: true };
}

/** Another Complete of the same upload may be at work: its object shows soon. */
const LOOK_AGAIN_MS = [0, 250, 1000];

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
