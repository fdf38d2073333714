/** An upload as Create decided it. The token seals it, and the ledger keeps it. */
import * as v from 'valibot';
import type { Plan } from '../protocol.ts';
import { WHOLE_ALGORITHMS } from '../protocol/checksum.ts';
import { UploadId } from '../protocol/schemas.ts';
import { CANNED_ACLS } from '../protocol/schemas.ts';
import type { ObjectAttributes } from '../s3/store.ts';

const NonNegative = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The object's attributes beyond its type. A form is signed with them again. */
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

/** Tokens and records are checked against it, because a record may be old or damaged (case 83). */
export const Upload = v.object({
  v: v.literal(1),
  id: UploadId,
  owner: v.string(),
  /** Who began it, if the owner may be several people. */
  user: v.exactOptional(v.string()),
  /** Id of the caller's token that the upload was created with. */
  grant: v.exactOptional(v.string()),
  /** Anyone whose link contains this may read the file. It leads the Worker to the owner’s record. */
  public: v.exactOptional(v.string()),
  /** The upload belongs to whoever has its token, because its owner has no name. */
  anonymous: v.exactOptional(v.literal(true)),
  key: v.string(),
  /** The file's name for display. The last segment of the key is cleaned further. */
  name: v.string(),
  /** Cleaned, with the name at its end; absent for a file without folders. */
  path: v.exactOptional(v.string()),
  type: v.string(),
  /** Size of the file or, if it is `unsized`, the largest that it may have. */
  bytes: NonNegative,
  /** Set if the upload was begun by a Companion client, which does not send the file's size. */
  unsized: v.exactOptional(
    v.strictObject({
      minBytes: NonNegative,
      /** Limits over the owner's uploads, to be checked when the file has arrived. */
      limits: v.exactOptional(
        v.strictObject({
          maxOpen: v.nullable(NonNegative),
          maxTotalBytes: v.nullable(NonNegative),
          maxPerGrant: v.nullable(NonNegative),
        }),
      ),
    }),
  ),
  /** Comes in chunks by offset, through the Worker alone: see worker/chunked/. */
  chunked: v.exactOptional(v.literal(true)),
  checksum: v.nullable(v.picklist(['crc64nvme', 'crc32c', 'md5', 'sha256'])),
  /** Checksum of a file that is sent in one request, if Create had it. No other checksum is signed. */
  fileChecksum: v.exactOptional(v.string()),
  /** Sent as `x-amz-meta-upload-token`. Shows which upload made the object under the key. */
  mark: v.string(),
  /** Checksum of the whole file that has to hold at Complete. Without a value, Complete gives it. */
  announced: v.exactOptional(
    v.strictObject({
      algorithm: v.picklist(WHOLE_ALGORITHMS),
      value: v.exactOptional(v.string()),
    }),
  ),
  /** Seconds since the epoch. */
  createdAt: NonNegative,
  /** When the token expires. It moves while parts are signed. Seconds since the epoch. */
  expiresAt: NonNegative,
  /** Seconds for which a call that signs parts extends the upload. Absent in older uploads. */
  lifeSeconds: v.exactOptional(NonNegative),
  /** Nothing extends the upload beyond this. Seconds since the epoch. */
  endsAt: v.exactOptional(NonNegative),
  /** Lifetime of a signed request, in seconds. */
  urlSeconds: NonNegative,
  /** Without `partBytes` the file is the only part, and for the page it is a single request. */
  multipart: v.exactOptional(
    v.strictObject({
      uploadId: v.string(),
      /** When the store will abort the upload, if it has said so. Seconds since the epoch. */
      abortsAt: v.exactOptional(NonNegative),
      partBytes: v.exactOptional(v.pipe(v.number(), v.safeInteger())),
    }),
  ),
  object: v.exactOptional(ObjectChoices),
});
export type Upload = v.InferOutput<typeof Upload>;

/** The upload with the size that its file turned out to have. */
export function withSize(upload: Upload, bytes: number): Upload {
  const resized = { ...upload, bytes };
  delete resized.unsized;
  return resized;
}

/** The plan that the upload began with, whatever the limits say now. */
export function planOf(upload: Upload): Plan {
  const { bytes, multipart } = upload;
  const partBytes = multipart?.partBytes;
  if (partBytes === undefined) return { kind: 'single', bytes };
  // An empty file has one part, too.
  return { kind: 'multipart', bytes, partBytes, parts: Math.max(1, Math.ceil(bytes / partBytes)) };
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

/** The attributes that the store is asked to keep the object with. */
export function attributesOf(upload: Omit<Upload, 'multipart'>): ObjectAttributes {
  return {
    ...upload.object,
    contentType: upload.type,
    mark: upload.mark,
    checksum: upload.checksum,
  };
}
