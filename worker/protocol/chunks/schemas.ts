/** Schemas of chunks through the Worker: what clients send, and what they are answered. */
import * as v from 'valibot';
import { ResultSchema } from '../result.ts';
import { FileEntry, UploadId } from '../schemas.ts';
import type { DeepReadonly } from '../util/deep-readonly.ts';

const { bytes: Bytes, completedAt: Time } = ResultSchema.entries;

/** `POST /chunks`: begins an upload whose bytes come later. */
export const ChunkedBeginBody = v.strictObject({
  name: FileEntry.entries.name,
  /** Left out if the client does not know it yet. */
  bytes: v.optional(FileEntry.entries.bytes),
  type: v.optional(FileEntry.entries.type),
  path: FileEntry.entries.path,
  metadata: FileEntry.entries.metadata,
  id: v.optional(UploadId),
});

/** `POST /chunks/:upload`: the checksum of the whole file, in hex or base64. */
export const ChunkedFinishBody = v.strictObject({
  md5: v.optional(v.string()),
  sha1: v.optional(v.string()),
  sha256: v.optional(v.string()),
  crc32: v.optional(v.string()),
  crc32c: v.optional(v.string()),
  crc64nvme: v.optional(v.string()),
});

export const ChunkedAnswerSchema = v.strictObject({
  id: v.string(),
  /** Where the next chunk goes. Good for the owner alone. */
  url: v.pipe(v.string(), v.url()),
  key: v.string(),
  name: v.string(),
  type: v.string(),
  /** Bytes that have come: the next chunk begins here. */
  offset: Bytes,
  /** Bytes of the file. Null if it is not known yet. */
  bytes: v.nullable(Bytes),
  state: v.picklist(['open', 'verifying', 'complete']),
  /** While the state is `verifying`: how much of the file has been read back. */
  verifiedBytes: v.exactOptional(Bytes),
  /** When the upload expires, ISO 8601. */
  expires: Time,
  /** Present once the upload is complete. */
  result: v.exactOptional(ResultSchema),
});
/** Every answer of `/chunks` to a client that sends `Content-Range`. */
export type ChunkedAnswer = DeepReadonly<v.InferOutput<typeof ChunkedAnswerSchema>>;
