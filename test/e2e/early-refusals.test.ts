/**
 * Clients that send a large body see the answer even if the Worker refuses it early. They write all of
 * the body before they read: if the Worker stops reading in between, the connection is reset, and the
 * answer is lost.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Problem } from '../../worker/protocol.ts';
import { IS_THOROUGH } from '../thorough.ts';
import { startProduct, type Product } from './product.ts';

const MIB = 1024 * 1024;
/** What is lost is lost now and then. */
const TRIES = IS_THOROUGH ? 12 : 3;

let product: Product;
before(async () => {
  product = await startProduct(() => ({ RELAY: 'on' }));
});
after(() => product.stop());

const part = `/uploads/${randomUUID()}/parts/1`;
const cases: readonly [
  what: string,
  method: string,
  path: string,
  headers: object,
  code: string,
][] = [
  ['a part without a token', 'PUT', part, {}, 'unauthenticated'],
  [
    'JSON that is too large',
    'POST',
    '/uploads',
    { 'content-type': 'application/json' },
    'too_large',
  ],
  [
    'a chunk of an upload that is not there',
    'PUT',
    '/chunks/nothing',
    { 'content-range': 'bytes 0-9/10' },
    'not_found',
  ],
  ['a file without a name', 'POST', '/chunks', { 'content-type': 'video/mp4' }, 'invalid_request'],
  [
    'a form that does not end',
    'POST',
    '/chunks',
    { 'content-type': 'multipart/form-data; boundary=b' },
    'invalid_request',
  ],
  [
    'a form whose file has another length than its range',
    'PUT',
    '/chunks',
    { 'content-type': 'multipart/form-data; boundary=b', 'content-range': 'bytes 0-9/10' },
    'invalid_request',
  ],
];
for (const [what, method, path, headers, code] of cases) {
  for (const bytes of [8 * MIB, 32 * MIB]) {
    it(`answers ${what} of ${bytes / MIB} MiB each time`, async () => {
      const seen: Record<string, number> = {};
      for (let count = 0; count < TRIES; count += 1) {
        const came = await codeOf(method, path, { ...headers }, bodyOf(bytes));
        seen[came] = (seen[came] ?? 0) + 1;
      }
      assert.deepEqual(seen, { [code]: TRIES });
    });
  }
}

/** Something that looks like a form for as long as its file begins. */
function bodyOf(bytes: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bytes).fill(120);
  const disposition = 'form-data; name="file"; filename="a.bin"';
  body.set(new TextEncoder().encode(`--b\r\nContent-Disposition: ${disposition}\r\n\r\n`));
  return body;
}

/** The problem's code, or what became of the connection. */
async function codeOf(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  try {
    const response = await fetch(new URL(path, product.url), { method, headers, body });
    return ((await response.json()) as Problem).code;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}
