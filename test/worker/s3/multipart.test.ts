import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isStoreError, type StoreErrorKind } from '../../../worker/s3/requests/errors.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { onEveryStore } from './stores.ts';
import {
  codeOf,
  download,
  PART,
  random,
  receiptOf,
  send,
  attributesWith,
  uploadParts,
} from './uploads.ts';
import { checksumOf } from './sums.ts';

const kind =
  (...kinds: StoreErrorKind[]) =>
  (thrown: unknown): boolean =>
    kinds.some((one) => isStoreError(thrown, one));

const any = (): boolean => true;

onEveryStore('a multipart upload', any, (running) => {
  it('ends as one object with the bytes of its parts, its settings and its token', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const attributes = attributesWith({
      contentType: 'video/mp4',
      metadata: { title: 'Für Elise 🚀', 'plain-name': 'a b' },
      disposition: `attachment; filename*=UTF-8''f%C3%BCr.mp4`,
      cacheControl: 'private, max-age=60',
    });
    const parts = [random(PART), random(1000)];
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, parts, attributes);
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes, algorithm: null });

    const object = await store.head(key);
    assert.equal(object?.bytes, bytes);
    assert.equal(object.type, 'video/mp4');
    assert.equal(object.mark, attributes.mark);
    assert.deepEqual(object.metadata, attributes.metadata);
    assert.deepEqual(await download(running(), key), new Uint8Array(Buffer.concat(parts)));
  });

  it('case 31: may hold a single empty part', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId, receipts } = await uploadParts(running(), key, [new Uint8Array(0)]);
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes: 0, algorithm: null });
    assert.equal((await store.head(key))?.bytes, 0);
  });

  it('case 32: ends with a part of one byte', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const parts = [random(PART), random(1)];
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, parts);
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes, algorithm: null });
    assert.equal((await store.head(key))?.bytes, PART + 1);
  });

  it('case 35: accepts exactly the announced number of bytes for a part', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    for (const bytes of [99, 101]) {
      const response = await send(await signer.sign(1, 100), random(bytes));
      assert.deepEqual([response.status, await codeOf(response)], [403, 'SignatureDoesNotMatch']);
    }
    const response = await send(await signer.sign(1, 100), random(100));
    assert.equal(response.status, 200);
    await store.abortMultipart(key, uploadId);
  });

  it('case 26: signs a part URL that is valid only for that part, method, key and time', async () => {
    const { config, store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const request = await signer.sign(1, 5);
    const body = random(5);
    const altered = (from: string, to: string): string => {
      assert.ok(request.url.includes(from));
      return request.url.replace(from, to);
    };
    const urls = [
      altered('partNumber=1', 'partNumber=2'),
      altered('file.bin', 'other.bin'),
      altered('X-Amz-Expires=60', 'X-Amz-Expires=6000'),
      `${request.url}&x-amz-acl=public-read`,
    ];
    for (const url of urls) {
      assert.equal((await send({ ...request, url }, body)).status, 403, url);
    }
    for (const method of ['GET', 'DELETE']) {
      const { headers } = request;
      assert.equal((await fetch(request.url, { method, headers })).status, 403, method);
    }
    const past = createStore({ ...config, now: () => Date.now() - 120_000 });
    const expired = await past.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    assert.equal((await send(await expired.sign(1, 5), body)).status, 403);
    assert.equal((await send(request, body)).status, 200);
    await store.abortMultipart(key, uploadId);
  });

  it('case 25: ignores or refuses headers that a browser adds to a part', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const attributes = attributesWith();
    const { uploadId } = await store.createMultipart(key, attributes);
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const added = {
      'x-amz-acl': 'public-read',
      'x-amz-meta-upload-token': 'forged',
      'x-amz-meta-admin': 'yes',
    };
    const body = random(5);
    const first = await send(await signer.sign(1, 5), body, added);
    const response = first.ok ? first : await send(await signer.sign(1, 5), body);
    const parts = [receiptOf(1, response)];
    await store.completeMultipart(key, uploadId, { parts, bytes: 5, algorithm: null });
    const object = await store.head(key);
    assert.equal(object?.mark, attributes.mark);
    assert.deepEqual(object.metadata, {});
    const anonymous = new URL((await store.presignGet(key, { expiresIn: 60 })).url);
    anonymous.search = '';
    assert.ok((await fetch(anonymous)).status >= 400);
  });

  it('case 40: completes from a shuffled list', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const parts = [random(PART), random(PART), random(10)];
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, parts);
    await store.completeMultipart(key, uploadId, {
      parts: receipts.toReversed(),
      bytes,
      algorithm: null,
    });
    assert.equal((await store.head(key))?.bytes, bytes);
  });

  it('case 40: refuses a list that names a part twice, or none, or no ETag, without asking', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const lists = [
      [],
      [
        { number: 1, etag: 'a' },
        { number: 1, etag: 'b' },
      ],
      [{ number: 1, etag: '"\n' }],
    ];
    for (const parts of lists) {
      const done = store.completeMultipart(key, 'never-issued', {
        parts,
        bytes: 1,
        algorithm: null,
      });
      await assert.rejects(done, kind('invalid_part'));
    }
  });

  it('says which parts are wrong at Complete, and completes once they are right', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, [
      random(PART),
      random(9),
    ]);
    const wrong = [{ number: 1, etag: '0'.repeat(32) }, ...receipts.slice(1)];
    const missing = [...receipts, { number: 3, etag: '0'.repeat(32) }];
    for (const parts of [wrong, missing]) {
      const done = store.completeMultipart(key, uploadId, { parts, bytes, algorithm: null });
      await assert.rejects(done, kind('invalid_part'));
    }
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes, algorithm: null });
  });

  it('case 60: completes with the newest ETag of a part that was sent twice', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId, receipts } = await uploadParts(running(), key, [random(100)]);
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const again = random(100);
    const parts = [receiptOf(1, await send(await signer.sign(1, 100), again))];
    const stale = store.completeMultipart(key, uploadId, {
      parts: receipts,
      bytes: 100,
      algorithm: null,
    });
    await assert.rejects(stale, kind('invalid_part'));
    await store.completeMultipart(key, uploadId, { parts, bytes: 100, algorithm: null });
    assert.deepEqual(await download(running(), key), again);
  });

  it('case 43: completed a second time, answers the same or leaves it to HEAD and token', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const attributes = attributesWith();
    const { uploadId, receipts, bytes } = await uploadParts(
      running(),
      key,
      [random(7)],
      attributes,
    );
    const request = { parts: receipts, bytes, algorithm: null };
    await store.completeMultipart(key, uploadId, request);
    try {
      await store.completeMultipart(key, uploadId, request);
    } catch (thrown) {
      assert.ok(isStoreError(thrown, 'not_found'));
    }
    assert.equal((await store.head(key))?.mark, attributes.mark);
  });

  it('case 50: is gone after an abort, parts and all, and may be aborted again', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, [random(7)]);
    await store.abortMultipart(key, uploadId);
    await store.abortMultipart(key, uploadId);
    const done = store.completeMultipart(key, uploadId, {
      parts: receipts,
      bytes,
      algorithm: null,
    });
    await assert.rejects(done, kind('not_found', 'unknown')); // Ceph says 500
    if (store.profile.listParts) {
      await assert.rejects(store.listParts(key, uploadId), kind('not_found'));
    }
    assert.equal(await store.head(key), undefined);
  });

  it('case 52: aborted after it is complete, leaves the object alone', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, [random(7)]);
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes, algorithm: null });
    await store.abortMultipart(key, uploadId);
    assert.equal((await store.head(key))?.bytes, 7);
  });

  it('case 55: that the store has forgotten is not_found', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    await store.abortMultipart(key, uploadId);
    const request = { parts: [{ number: 1, etag: 'x' }], bytes: 1, algorithm: null };
    await assert.rejects(
      store.completeMultipart(key, uploadId, request),
      kind('not_found', 'unknown'),
    );
  });

  it('accepts a part through the Worker, and refuses other bytes', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const upload = { key, uploadId, algorithm: 'md5' } as const;
    const body = random(1000);
    const checksum = checksumOf('md5', body);
    const other = store.sendPart(
      upload,
      { number: 1, bytes: 1000, checksum },
      new Blob([random(1000) as never]),
    );
    await assert.rejects(other, kind('checksum_mismatch'));
    const { etag } = await store.sendPart(
      upload,
      { number: 1, bytes: 1000, checksum },
      new Blob([body as never]),
    );
    const parts = [{ number: 1, etag }];
    await store.completeMultipart(key, uploadId, { parts, bytes: 1000, algorithm: null });
    assert.deepEqual(await download(running(), key), body);
  });
});

onEveryStore(
  'a conditional Complete',
  (profile) => profile.conditionalComplete,
  (running) => {
    it('case 49: does not replace an object', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const first = await uploadParts(running(), key, [random(7)]);
      await store.completeMultipart(key, first.uploadId, {
        parts: first.receipts,
        bytes: 7,
        algorithm: null,
        ifNoneMatch: true,
      });
      const second = await uploadParts(running(), key, [random(8)]);
      const done = store.completeMultipart(key, second.uploadId, {
        parts: second.receipts,
        bytes: 8,
        algorithm: null,
        ifNoneMatch: true,
      });
      await assert.rejects(done, kind('exists'));
      assert.equal((await store.head(key))?.bytes, 7);
      await store.abortMultipart(key, second.uploadId);
    });
  },
);
