/** The content of a webhook. */
import { sha256Hex } from '../util/digest.ts';
import type { UploadEvent } from '../hooks.ts';
import { checksumFields } from '../protocol.ts';
import { isoOf } from '../util/iso-time.ts';

/** One message. The same event always makes the same message, so receivers can drop repeats. */
export interface Message {
  readonly id: string;
  /** JSON: `{type: 'upload.completed', timestamp, data}`. */
  readonly body: string;
}

/**
 * The message for an event. It contains nothing that grants access, no token and no upload id of the
 * store, other than the link that the operator asks for.
 *
 * @param now milliseconds since the epoch.
 * @param url link to read the file, if it is complete and the operator wants one.
 */
export async function messageOf(
  event: UploadEvent,
  bucket: string,
  now: number,
  url?: string,
): Promise<Message> {
  const { type, upload } = event;
  const { id, owner, user, key, name, path, bytes, mark, multipart, object } = upload;
  const identity = JSON.stringify([type, owner, id, mark, multipart?.uploadId ?? '']);
  const data = {
    id,
    owner,
    ...(user !== undefined && { user }),
    bucket,
    key,
    name,
    ...(path !== undefined && { path }),
    // Until the upload is complete, the size of an unsized file is only its upper bound.
    ...(!upload.unsized && { bytes }),
    contentType: upload.type,
    ...(object?.metadata && { metadata: object.metadata }),
    createdAt: isoOf(upload.createdAt),
    expiresAt: isoOf(upload.expiresAt),
    ...(event.type === 'completed' && {
      etag: event.result.etag,
      ...checksumFields(event.result),
      completedAt: event.result.completedAt,
      ...(event.result.data !== undefined && { data: event.result.data }),
      ...(url !== undefined && { url }),
    }),
  };
  const body = { type: `upload.${type}`, timestamp: new Date(now).toISOString(), data };
  return {
    id: `msg_${(await sha256Hex(identity)).slice(0, 32)}`,
    body: JSON.stringify(body),
  };
}
