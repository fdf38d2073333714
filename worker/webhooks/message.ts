/** What a webhook tells. */
import { sha256Hex } from '../digest.ts';
import type { UploadEvent } from '../hooks.ts';

/** One message; the same event makes the same one, so receivers can drop what they have seen. */
export interface Message {
  readonly id: string;
  /** JSON: `{type: 'upload.completed', timestamp, data}`. */
  readonly body: string;
}

/**
 * Nothing in it opens anything: no token, no URL, no key of the store's upload.
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
    // The size of an unsized file is only a bound until the upload is complete.
    ...(!upload.unsized && { bytes }),
    contentType: upload.type,
    createdAt: isoOf(upload.createdAt),
    expiresAt: isoOf(upload.expiresAt),
    ...(event.type === 'completed' && {
      etag: event.result.etag,
      ...(event.result.checksum !== undefined && { checksum: event.result.checksum }),
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
