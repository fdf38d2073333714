/** A store with no cost of its own: takes every byte, keeps none, and says what S3 would say. */
import { startTiny, type Answer, type Asked, type TinyOptions, type TinyServer } from './http.ts';
import type { LineSpeed } from './line.ts';

const ETAG = '"9bb58f26192e4ba00f01e2e7b136bbd8"';

/** Preflights are not counted. */
export interface SinkCounts {
  requests: number;
  bytes: number;
  /** When the first of them arrived, in milliseconds since 1970. */
  firstAt?: number | undefined;
}

export interface Sink extends TinyServer {
  readonly counts: SinkCounts;
}

/** Starts one host of the sink; two of them are two lanes. */
export async function startSink(
  speed: LineSpeed,
  options: Pick<TinyOptions, 'address' | 'failEvery' | 'traffic'> = {},
): Promise<Sink> {
  const counts: SinkCounts = { requests: 0, bytes: 0 };
  const server = await startTiny({
    ...options,
    speed,
    keepBytes: 0,
    answer: (asked) => {
      counts.requests += 1;
      counts.firstAt ??= asked.arrivedAt;
      counts.bytes += asked.bodyBytes;
      return stored(asked);
    },
  });
  return { ...server, counts };
}

/** What a store says to a part, a form, or an SDK that begins or completes an upload. */
export function stored({
  method,
  target,
  headers,
}: Pick<Asked, 'method' | 'target' | 'headers'>): Answer {
  const { searchParams } = new URL(target, 'http://store');
  if (method === 'POST' && searchParams.has('uploads')) {
    return xml(
      '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>',
    );
  }
  if (method === 'POST' && searchParams.has('uploadId')) {
    return xml(
      `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`,
    );
  }
  // FilePond asks for an id before it sends chunks.
  if (method === 'POST' && headers.has('upload-length')) return { status: 201, body: 'file' };
  const checksum = headers.get('x-amz-checksum-crc64nvme');
  return {
    status: method === 'PUT' ? 200 : 204,
    headers: { etag: ETAG, ...(checksum && { 'x-amz-checksum-crc64nvme': checksum }) },
  };
}

function xml(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
