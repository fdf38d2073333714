/** What the store holds of an upload, page by page. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isStoreError, type StoreErrorKind } from '../../../worker/s3/requests/errors.ts';
import { onEveryStore } from './stores.ts';
import { random, send, attributesWith } from './uploads.ts';

const kind =
  (...kinds: StoreErrorKind[]) =>
  (thrown: unknown): boolean =>
    kinds.some((one) => isStoreError(thrown, one));

onEveryStore(
  'ListParts',
  ({ listParts }) => listParts,
  (running) => {
    it('case 57: gives number, size and ETag of every part, in order', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const { uploadId } = await store.createMultipart(key, attributesWith());
      const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
      for (const [number, bytes] of [
        [7, 300],
        [2, 200],
        [2, 201],
      ] as const) {
        assert.ok((await send(await signer.sign(number, bytes), random(bytes))).ok);
      }
      const parts = await store.listParts(key, uploadId);
      assert.deepEqual(
        parts.map(({ number, bytes }) => [number, bytes]),
        [
          [2, 201],
          [7, 300],
        ],
      );
      assert.ok(parts.every(({ etag }) => /^[0-9a-f]{32}$/.test(etag)));
      await store.abortMultipart(key, uploadId);
    });

    it('case 56: gives all parts of more than a page', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const { uploadId } = await store.createMultipart(key, attributesWith());
      const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 900 });
      const numbers = Array.from({ length: 1003 }, (_, index) => index + 1);
      const waiting = numbers.values();
      const lane = async (): Promise<void> => {
        for (const number of waiting) {
          const response = await send(await signer.sign(number, 1), random(1));
          assert.ok(response.ok);
          await response.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: 8 }, lane));
      const parts = await store.listParts(key, uploadId);
      assert.deepEqual(
        parts.map(({ number }) => number),
        numbers,
      );
      await store.abortMultipart(key, uploadId);
    });
  },
);

onEveryStore(
  'ListParts, where there is none,',
  ({ listParts }) => !listParts,
  (running) => {
    it('case 58: is refused as unsupported', async () => {
      const { store, key } = running();
      await assert.rejects(store.listParts(key(), 'id'), kind('unsupported'));
    });
  },
);
