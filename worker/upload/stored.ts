/** What the store has of an upload: parts, an object, or nothing. */
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

/** `gone`: the store has forgotten the upload, and there is no object of it. */
export type Stored =
  | { readonly kind: 'parts'; readonly parts: readonly StoredPart[] }
  | { readonly kind: 'object'; readonly object: StoredObject }
  | { readonly kind: 'gone' };

/** Asks the store. If it cannot list parts, the receipts that came with sign calls are used. */
export async function inspectStore(signer: Signer, upload: Upload): Promise<Stored> {
  if (!upload.multipart) {
    const object = await findObject(signer, upload);
    return object ? { kind: 'object', object } : { kind: 'parts', parts: [] };
  }
  if (!signer.store.profile.listParts) {
    const object = await findObject(signer, upload);
    if (object) return { kind: 'object', object };
    return { kind: 'parts', parts: withBytes(upload, await signer.ledger.receipts(upload)) };
  }
  try {
    const parts = await signer.store.listParts(upload.key, upload.multipart.uploadId);
    return { kind: 'parts', parts };
  } catch (error) {
    if (!isStoreError(error, 'not_found')) throw error;
    const object = await findObject(signer, upload);
    return object ? { kind: 'object', object } : { kind: 'gone' };
  }
}

/** The parts that a resumed upload does not have to send again. */
export function storedParts(upload: Upload, stored: Stored | undefined): readonly StoredPart[] {
  if (stored?.kind === 'parts') return stored.parts;
  if (stored?.kind !== 'object' || upload.multipart) return [];
  // The single request has arrived, but the upload was not completed.
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

/** The object under the key, if it has this upload's mark and size. */
export async function findObject(
  signer: Signer,
  upload: Upload,
): Promise<StoredObject | undefined> {
  const object = await signer.store.head(upload.key);
  return object && isObjectOf(object, upload) ? object : undefined;
}

/**
 * Whether the upload's object can be read. The ledger's word is enough, unless another upload may have
 * taken the key since: then a link could open that upload's object.
 */
export async function isReadable(
  signer: Signer,
  upload: Upload,
  state: UploadState | undefined,
): Promise<boolean> {
  // Nobody gets a file whose checksum is still to be verified.
  if (state === 'verifying' || (state !== 'complete' && upload.announced)) return false;
  const keyIsItsOwn = !signer.keysMayMeet && !signer.hooks.prepare;
  if (state === 'complete' && keyIsItsOwn) return true;
  return (await findObject(signer, upload)) !== undefined;
}

/** Whether this upload made the object, with all its bytes. */
export function isObjectOf(object: StoredObject, upload: Upload): boolean {
  if (object.mark !== upload.mark) return false;
  return upload.unsized ? object.bytes <= upload.bytes : object.bytes === upload.bytes;
}

/**
 * The object's checksum by the upload's own algorithm; the sender cannot compare any other. A store
 * keeps none for an object of one part, but it checked the part against the upload's own.
 */
export function checksumOf(upload: Upload, { checksums }: StoredObject): string | undefined {
  const { checksum, multipart, fileChecksum } = upload;
  if (checksum === null) return undefined;
  const isOnePart = multipart !== undefined && planOf(upload).kind === 'single';
  return checksums[checksum] ?? (isOnePart ? fileChecksum : undefined);
}

function checkedByStore(upload: Upload, object: StoredObject): VerifiedChecksum | undefined {
  const value = checksumOf(upload, object);
  if (upload.checksum === null || value === undefined) return undefined;
  return { algorithm: upload.checksum, value, verifiedBy: 'store' };
}

/**
 * The result, from the object and what was verified about it, so that every Complete of an upload
 * gives the same answer, whatever the record says.
 */
export function resultOf(
  upload: Upload,
  object: StoredObject,
  verified = checkedByStore(upload, object),
): Result {
  const { id, key, name, path, type } = upload;
  const completedAt = new Date(object.lastModified ?? upload.createdAt * 1000).toISOString();
  return {
    id,
    key,
    name,
    ...(path !== undefined && { path }),
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

/** Adds the sizes, which are those of the plan, because a signed part accepts no other. */
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
