/** A store with no cost of its own: takes every byte, keeps none, and says what S3 would say. */
import { startTiny, type Answer, type Asked, type TinyServer } from './http.ts';
import type { LineSpeed } from './line.ts';

/** Preflights are not counted. */
export interface SinkCounts {
  requests: number;
  bytes: number;
}

export interface Sink extends TinyServer {
  readonly counts: SinkCounts;
}

/** Starts one host of the sink; two of them are two lanes. */
export async function startSink(speed: LineSpeed): Promise<Sink> {
  const counts: SinkCounts = { requests: 0, bytes: 0 };
  const server = await startTiny({
    speed,
    keepBytes: 0,
    answer: (asked) => {
      counts.requests += 1;
      counts.bytes += asked.bodyBytes;
      return stored(asked);
    },
  });
  return { ...server, counts };
}

function stored({ method, headers }: Asked): Answer {
  const checksum = headers.get('x-amz-checksum-crc64nvme');
  return {
    status: method === 'POST' ? 204 : 200,
    headers: {
      etag: '"9bb58f26192e4ba00f01e2e7b136bbd8"',
      ...(checksum && { 'x-amz-checksum-crc64nvme': checksum }),
    },
  };
}
