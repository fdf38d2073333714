/** The content of a webhook. */
import { sha256Hex } from '../util/digest.ts';
import type { UploadEvent } from '../hooks.ts';
import { checksumFields } from '../protocol.ts';

/** One message. The same event always makes the same message, so receivers can drop repeats. */
export interface Message {
  readonly id: string;
  /** JSON: `{type: 'upload.completed', timestamp, data}`. */
  readonly body: string;
}

/**
 * The message for an event. It contains nothing that grants access: no token, no URL, no upload id
 * of the store.
 *
 * @param now milliseconds since the epoch.
 */
export async function messageOf(event: UploadEvent, bucket: string, now: number): Promise<Message> {
  const { type, upload } = event;
  const { id, owner, key, name, bytes, mark, multipart } = upload;
  const identity = JSON.stringify([type, owner, id, mark, multipart?.uploadId ?? '']);
  const data = {
    id,
    owner,
    bucket,
    key,
    name,
    // Until the upload is complete, the size of an unsized file is only its upper bound.
    ...(!upload.unsized && { bytes }),
    contentType: upload.type,
    createdAt: isoOf(upload.createdAt),
    expiresAt: isoOf(upload.expiresAt),
    ...(event.type === 'completed' && {
      etag: event.result.etag,
      ...checksumFields(event.result),
      completedAt: event.result.completedAt,
    }),
  };
  const body = { type: `upload.${type}`, timestamp: new Date(now).toISOString(), data };
  return {
    id: `msg_${(await sha256Hex(identity)).slice(0, 32)}`,
    body: JSON.stringify(body),
  };
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
