/** An upload as it was decided at Create: what the token seals and the ledger keeps. */
import * as v from 'valibot';
import type { Plan } from '../protocol.ts';
import { WHOLE_ALGORITHMS } from '../protocol/checksum.ts';
import { UploadId } from '../protocol/schemas.ts';
import { CANNED_ACLS } from '../s3/acls.ts';
import type { ObjectSettings } from '../s3/store.ts';

const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The object's settings beyond its type; a single request has to be signed with them again. */
const ObjectChoices = v.strictObject({
  metadata: v.exactOptional(v.record(v.string(), v.string())),
  acl: v.exactOptional(v.picklist(CANNED_ACLS)),
  disposition: v.exactOptional(v.string()),
  cacheControl: v.exactOptional(v.string()),
  tags: v.exactOptional(v.record(v.string(), v.string())),
  storageClass: v.exactOptional(v.string()),
  sse: v.exactOptional(
    v.union([v.literal('AES256'), v.strictObject({ kms: v.nullable(v.string()) })]),
  ),
  ifNoneMatch: v.exactOptional(v.boolean()),
});
export type ObjectChoices = v.InferOutput<typeof ObjectChoices>;

/** Checked on the way in, too: an old or broken record is no upload (case 83). */
export const Upload = v.object({
  v: v.literal(1),
  id: UploadId,
  owner: v.string(),
  /** Id of the caller's token that the upload was created with. */
  grant: v.exactOptional(v.string()),
  /** May be read by anyone whose link says this, which leads the Worker to the owner’s record. */
  public: v.exactOptional(v.string()),
  /** Held by whoever holds the token; there is no name to compare it with. */
  anonymous: v.exactOptional(v.literal(true)),
  key: v.string(),
  /** The file's name for display. The last segment of the key is cleaned further. */
  name: v.string(),
  type: v.string(),
  /** Size of the file, or the most that it may have if it is `unsized`. */
  bytes: Whole,
  /** Begun by a client of Companion's, which does not say how large the file is. */
  unsized: v.exactOptional(
    v.strictObject({
      minBytes: Whole,
      /** Limits over the owner's uploads, to be counted when the file has come. */
      limits: v.exactOptional(
        v.strictObject({
          maxOpen: v.nullable(Whole),
          maxTotalBytes: v.nullable(Whole),
          maxPerGrant: v.nullable(Whole),
        }),
      ),
    }),
  ),
  checksum: v.nullable(v.picklist(['crc64nvme', 'crc32c', 'md5', 'sha256'])),
  /** Checksum of a single request, where it came with the Create: nothing is signed for another. */
  sum: v.exactOptional(v.string()),
  /** Checksum of the whole file that has to hold at Complete. Without a value, Complete gives it. */
  announced: v.exactOptional(
    v.strictObject({
      algorithm: v.picklist(WHOLE_ALGORITHMS),
      value: v.exactOptional(v.string()),
    }),
  ),
  /** Goes into `x-amz-meta-upload-token`: tells whose object lies under the key. */
  mark: v.string(),
  /** Seconds since the epoch. */
  createdAt: Whole,
  expiresAt: Whole,
  /** Seconds for which one signed request is good. */
  urlSeconds: Whole,
  /** Without `partBytes` the whole file is its only part, and to the page a single request. */
  multipart: v.exactOptional(
    v.strictObject({
      uploadId: v.string(),
      partBytes: v.exactOptional(v.pipe(v.number(), v.safeInteger())),
    }),
  ),
  object: v.exactOptional(ObjectChoices),
});
export type Upload = v.InferOutput<typeof Upload>;

/** The upload once its size is known. */
export function sized(upload: Upload, bytes: number): Upload {
  const known = { ...upload, bytes };
  delete known.unsized;
  return known;
}

/** The plan that the upload began with, whatever the limits say now. */
export function planOf(upload: Upload): Plan {
  const { bytes, multipart } = upload;
  const partBytes = multipart?.partBytes;
  if (partBytes === undefined) return { kind: 'single', bytes };
  return { kind: 'multipart', bytes, partBytes, parts: Math.ceil(bytes / partBytes) };
}

/** True for an upload of one part, or by a form. */
export function isSingle(upload: Upload): boolean {
  return !isInParts(upload) && !upload.unsized;
}

/** True for an upload that the page sends in several requests. */
export function isInParts({ multipart }: Upload): boolean {
  return multipart?.partBytes !== undefined;
}

/** True for an upload whose object a form makes. Every other one ends with a Complete at the store. */
export function isByForm({ multipart }: Upload): boolean {
  return multipart === undefined;
}

/** What the store is asked to keep the object as. */
export function settingsOf(upload: Omit<Upload, 'multipart'>): ObjectSettings {
  return {
    ...upload.object,
    contentType: upload.type,
    uploadToken: upload.mark,
    checksum: upload.checksum,
  };
}
