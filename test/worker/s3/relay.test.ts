/** Bytes through a signer that runs on Node; on workerd: ../relay.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pipeWithLength, withLength } from '../../../worker/http/fixed-length.ts';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import type { Store } from '../../../worker/s3/store.ts';
import { withReplies } from './scripted.ts';
import { attributesWith } from './uploads.ts';

const STORED = { status: 200, headers: { etag: '"e"' } };
const PART = { number: 1, bytes: 10, checksum: undefined };

/** In two pieces, as a stream from a client comes. */
async function* pieces(bytes: number): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(4).fill(120);
  yield new Uint8Array(bytes - 4).fill(120);
}

const ways: readonly [string, (store: Store, bytes: number) => Promise<{ etag: string }>][] = [
  [
    'a part',
    (store, bytes) =>
      pipeWithLength(10, new Blob(['x'.repeat(bytes)]).stream(), (body) =>
        store.sendPart({ key: 'k', uploadId: 'u', algorithm: null }, PART, body),
      ),
  ],
  [
    'a whole object',
    (store, bytes) =>
      withLength(10, pieces(bytes), (body) =>
        store.sendObject('k', 10, attributesWith({}), undefined, body),
      ),
  ],
];

for (const [what, send] of ways) {
  describe(`${what} through Node`, () => {
    it('says its length, without which S3 refuses it', async () => {
      await withReplies([STORED], async ({ store, asked }) => {
        assert.deepEqual(await send(store, 10), { etag: 'e' });
        const [{ headers, body } = assert.fail()] = asked;
        assert.equal(headers['content-length'], '10');
        assert.equal(headers['transfer-encoding'], undefined);
        assert.equal(body, 'x'.repeat(10));
      });
    });

    for (const bytes of [9, 11]) {
      it(`fails at once where the stream has ${bytes} bytes of 10`, async () => {
        await withReplies([STORED], async ({ store, asked }) => {
          await assert.rejects(send(store, bytes), (error) => isStoreError(error, 'unavailable'));
          assert.equal(asked.length, 0, 'the store has seen no whole request');
        });
      });
    }
  });
}
