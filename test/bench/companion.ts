/** Companion's contract, as Uppy asks for it, for the same sink. */
import { randomUUID } from 'node:crypto';
import type { Answer, Asked } from './http.ts';
import type { SetUp } from './signer.ts';

/** `path` is what follows `/companion`. */
export function companion(
  { method }: Asked,
  [, resource, id = '', part = '']: readonly string[],
  url: URL,
  { lanes }: SetUp,
): Answer {
  const lane = lanes[0] ?? '';
  if (resource === 'params') {
    return json({
      method: 'POST',
      url: `${lane}/bucket`,
      fields: { key: randomUUID(), policy: 'A'.repeat(600), 'x-amz-signature': 'a'.repeat(64) },
      expires: 900,
    });
  }
  if (method === 'DELETE') return json({});
  if (id === '') return json({ key: 'uppy', uploadId: randomUUID(), bucket: 'bucket' });
  if (part === 'complete') return json({ location: `${lane}/bucket/uppy`, key: 'uppy' });
  if (part === '') return json([]);
  const query = new URLSearchParams({
    partNumber: part,
    uploadId: id,
    'X-Amz-Signature': 'a'.repeat(64),
  });
  return json({ url: `${lane}/bucket/${url.searchParams.get('key')}?${query}`, expires: 900 });
}

function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}
