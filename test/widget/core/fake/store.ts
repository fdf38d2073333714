/** The store's half: parts by PUT, small files by form POST. */
import { createHash } from 'node:crypto';
import type { Answer, Call } from './server.ts';
import { sumOf } from './sums.ts';

const HEADERS = { md5: 'content-md5', crc64nvme: 'x-amz-checksum-crc64nvme' } as const;

export function headerFor(checksum: string): string {
  return checksum === 'md5' || checksum === 'crc64nvme'
    ? HEADERS[checksum]
    : `x-amz-checksum-${checksum}`;
}

export function storeRoutes(call: Call): Answer {
  const { space, url, headers, method } = call;
  const query = url.searchParams;
  const upload = space.uploads.get(query.get('id') ?? '');
  const number = Number(query.get('part'));
  if (!upload || upload.state === 'aborted') return error(404, 'NoSuchUpload');
  if (Number(query.get('until')) < call.cameAt) return error(403, 'AccessDenied');
  const body = method === 'POST' ? fileOf(call) : call.body;
  if (body.length !== Number(query.get('bytes'))) return error(403, 'SignatureDoesNotMatch');
  const wanted = query.get('sum');
  if (wanted && method === 'PUT') {
    if (headers[headerFor(space.checksum ?? '')] !== wanted)
      return error(403, 'SignatureDoesNotMatch');
    if (sumOf(space.checksum, body) !== wanted) return error(400, 'BadDigest');
  }
  if (headers['content-type'] && method === 'PUT') space.breaches.push('an unsigned content-type');
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  upload.parts.set(number, { body, etag, checksum: wanted ?? undefined });
  return { status: method === 'POST' ? 204 : 200, headers: { etag } };
}

/** The last field of a `multipart/form-data` body. */
function fileOf({ body, headers }: Call): Buffer {
  const boundary = /boundary=(.*)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
  const head = body.indexOf('\r\n\r\n', body.indexOf('name="file"'));
  return body.subarray(head + 4, body.lastIndexOf(`\r\n--${boundary}`));
}

function error(status: number, code: string): Answer {
  return {
    status,
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><RequestId>R1</RequestId></Error>`,
  };
}
