/** A signed PUT is good for its bytes, and not for those of another object. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { SignedRequest } from '../../../worker/protocol.ts';
import { onEveryStore } from './stores.ts';
import { random, send, attributesWith } from './uploads.ts';

const BYTES = 1000;

onEveryStore(
  'a signed PUT',
  () => true,
  (running) => {
    const secret = random(BYTES);
    let source: string;

    before(async () => {
      const { store, key: newKey, config } = running();
      const key = newKey('secret.bin');
      const { request } = await store.presignPut(key, BYTES, attributesWith(), { expiresIn: 60 });
      assert.ok((await send(request, secret)).ok);
      source = `${config.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    });

    const ranges = [undefined, 'bytes=0-0', 'bytes=0-99', `bytes=0-${BYTES - 1}`];

    /** Every way that is known to make a copy of it. */
    async function tryToCopy(request: SignedRequest, body: Uint8Array): Promise<number[]> {
      const statuses: number[] = [];
      for (const from of [source, `/${source}`]) {
        for (const range of ranges) {
          for (const own of [request.headers, {}]) {
            const headers = {
              ...own,
              'x-amz-copy-source': from,
              ...(range !== undefined && { 'x-amz-copy-source-range': range }),
            };
            const { status } = await send({ ...request, headers }, body);
            statuses.push(status);
          }
        }
      }
      return statuses;
    }

    for (const bytes of [0, 1, 100, BYTES]) {
      it(`case 25: of a part of ${bytes} bytes is not made a copy of another object`, async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const { uploadId } = await store.createMultipart(key, attributesWith());
        const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
        const request = await signer.sign(1, bytes);
        const statuses = await tryToCopy(request, new Uint8Array(bytes));
        assert.deepEqual(
          statuses.filter((status) => status < 400),
          [],
          statuses.join(),
        );
        if (store.profile.listParts) assert.deepEqual(await store.listParts(key, uploadId), []);
        const body = random(bytes);
        const response = await send(request, body);
        assert.equal(response.status, 200, await response.text());
        await store.abortMultipart(key, uploadId);
      });

      it(`case 25: of an object of ${bytes} bytes is not made a copy of another one`, async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const { request } = await store.presignPut(key, bytes, attributesWith(), { expiresIn: 60 });
        const statuses = await tryToCopy(request, new Uint8Array(bytes));
        assert.deepEqual(
          statuses.filter((status) => status < 400),
          [],
          statuses.join(),
        );
        assert.equal(await store.head(key), undefined);
        const response = await send(request, random(bytes));
        assert.equal(response.status, 200, await response.text());
      });
    }
  },
);
