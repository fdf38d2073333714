/** What the store holds of an upload. */
import type { Signer } from '../context.ts';
import {
  partCount,
  partRange,
  type PartReceipt,
  type Result,
  type StoredPart,
  type UploadState,
  type VerifiedChecksum,
} from '../protocol.ts';
import { PATHS } from '../protocol/paths.ts';
import { isStoreError } from '../s3/requests/errors.ts';
import type { StoredObject } from '../s3/store.ts';
import { planOf, type Upload } from './upload.ts';

/** `gone`: the store has forgotten the upload, and there is no object of it either. */
export type Stored =
  | { readonly kind: 'parts'; readonly parts: readonly StoredPart[] }
  | { readonly kind: 'object'; readonly object: StoredObject }
  | { readonly kind: 'gone' };

/** Asks the store; where it cannot list parts, the receipts that came with sign calls. */
export async function storedOf(signer: Signer, upload: Upload): Promise<Stored> {
  if (!upload.multipart) {
    const object = await objectOf(signer, upload);
    return object ? { kind: 'object', object } : { kind: 'parts', parts: [] };
  }
  if (!signer.store.profile.listParts) {
    const object = await objectOf(signer, upload);
    if (object) return { kind: 'object', object };
    return { kind: 'parts', parts: withBytes(upload, await signer.ledger.receipts(upload)) };
  }
  try {
    const parts = await signer.store.listParts(upload.key, upload.multipart.uploadId);
    return { kind: 'parts', parts };
  } catch (error) {
    if (!isStoreError(error, 'not_found')) throw error;
    const object = await objectOf(signer, upload);
    return object ? { kind: 'object', object } : { kind: 'gone' };
  }
}

/** Parts that a resumed upload need not send again. */
export function partsOf(upload: Upload, stored: Stored | undefined): readonly StoredPart[] {
  if (stored?.kind === 'parts') return stored.parts;
  if (stored?.kind !== 'object' || upload.multipart) return [];
  // A single request that arrived, but was not completed.
  return [{ number: 1, bytes: stored.object.bytes, etag: stored.object.etag }];
}

/** The parts that an object was made of, by the plan; its ETag stands for theirs. */
export function partsOfObject(upload: Upload, { etag }: StoredObject): readonly StoredPart[] {
  const plan = planOf(upload);
  return Array.from({ length: partCount(plan) }, (_, index) => {
    const { start, end } = partRange(plan, index + 1);
    return { number: index + 1, bytes: end - start, etag };
  });
}

/** The object under the key, if it is this upload's: same mark, same size. */
export async function objectOf(signer: Signer, upload: Upload): Promise<StoredObject | undefined> {
  const object = await signer.store.head(upload.key);
  return object && isOf(object, upload) ? object : undefined;
}

/**
 * Whether the upload's object is there for reading. What the ledger calls complete is believed, but
 * where another upload may have come under the same key since: a link would open its object.
 */
export async function isReadable(
  signer: Signer,
  upload: Upload,
  state: UploadState | undefined,
): Promise<boolean> {
  // Nobody is handed a file whose checksum is still to be verified.
  if (state === 'verifying' || (state !== 'complete' && upload.announced)) return false;
  const keyIsItsOwn = !signer.keysMayMeet && !signer.hooks.prepare;
  if (state === 'complete' && keyIsItsOwn) return true;
  return (await objectOf(signer, upload)) !== undefined;
}

/** True for an object that this upload made, whole. */
export function isOf(object: StoredObject, upload: Upload): boolean {
  if (object.uploadToken !== upload.mark) return false;
  return upload.unsized ? object.bytes <= upload.bytes : object.bytes === upload.bytes;
}

/**
 * By the upload's own algorithm: a value of another says nothing about the file to who sent it. A
 * store keeps none for an object of one part, which was held to the upload's own when it came.
 */
export function checksumOf(upload: Upload, { checksums }: StoredObject): string | undefined {
  const { checksum, multipart, sum } = upload;
  if (checksum === null) return undefined;
  const isOnePart = multipart !== undefined && planOf(upload).kind === 'single';
  return checksums[checksum] ?? (isOnePart ? sum : undefined);
}

function checkedByStore(upload: Upload, object: StoredObject): VerifiedChecksum | undefined {
  const value = checksumOf(upload, object);
  if (upload.checksum === null || value === undefined) return undefined;
  return { algorithm: upload.checksum, value, verifiedBy: 'store' };
}

/**
 * The result, from the object and what was verified about it: so every Complete of one upload
 * answers the same, whatever has been remembered of it.
 */
export function resultOf(
  upload: Upload,
  object: StoredObject,
  verified = checkedByStore(upload, object),
): Result {
  const { id, key, name, type } = upload;
  const completedAt = new Date(object.lastModified ?? upload.createdAt * 1000).toISOString();
  return {
    id,
    key,
    name,
    bytes: object.bytes,
    type,
    etag: object.etag,
    ...(verified && {
      checksum: verified.value,
      checksumAlgorithm: verified.algorithm,
      verifiedBy: verified.verifiedBy,
    }),
    completedAt,
    ...(upload.public !== undefined && { href: `${PATHS.file(id)}?of=${upload.public}` }),
  };
}

/** Sizes are the plan's: a signed part takes no other. */
function withBytes(upload: Upload, receipts: readonly PartReceipt[]): StoredPart[] {
  const plan = planOf(upload);
  return receipts
    .filter(({ number }) => number <= partCount(plan))
    .map(({ number, etag, checksum }) => {
      const { start, end } = partRange(plan, number);
      return {
        number,
        bytes: end - start,
        etag: etag.replaceAll('"', ''),
        ...(checksum !== undefined && { checksum }),
      };
    });
}
