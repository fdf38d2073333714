import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isStoreError, type StoreErrorKind } from '../../../worker/s3/errors.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { onEveryStore } from './stores.ts';
import {
  allChecksums,
  codeOf,
  download,
  PART,
  random,
  receiptOf,
  send,
  settingsWith,
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
    const settings = settingsWith({
      contentType: 'video/mp4',
      metadata: { title: 'Für Elise 🚀', 'plain-name': 'a b' },
      disposition: `attachment; filename*=UTF-8''f%C3%BCr.mp4`,
      cacheControl: 'private, max-age=60',
    });
    const parts = [random(PART), random(1000)];
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, parts, settings);
    await store.completeMultipart(key, uploadId, { parts: receipts, bytes, algorithm: null });

    const object = await store.head(key);
    assert.equal(object?.bytes, bytes);
    assert.equal(object.type, 'video/mp4');
    assert.equal(object.uploadToken, settings.uploadToken);
    assert.deepEqual(object.metadata, settings.metadata);
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

  it('case 35: takes exactly the promised number of bytes for a part', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, settingsWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    for (const bytes of [99, 101]) {
      const response = await send(await signer.sign(1, 100), random(bytes));
      assert.deepEqual([response.status, await codeOf(response)], [403, 'SignatureDoesNotMatch']);
    }
    const response = await send(await signer.sign(1, 100), random(100));
    assert.equal(response.status, 200);
    await store.abortMultipart(key, uploadId);
  });

  it('case 26: signs a part URL that is good for that part, method, key and time alone', async () => {
    const { config, store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, settingsWith());
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
    const settings = settingsWith();
    const { uploadId } = await store.createMultipart(key, settings);
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
    assert.equal(object?.uploadToken, settings.uploadToken);
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
    const settings = settingsWith();
    const { uploadId, receipts, bytes } = await uploadParts(running(), key, [random(7)], settings);
    const request = { parts: receipts, bytes, algorithm: null };
    await store.completeMultipart(key, uploadId, request);
    try {
      await store.completeMultipart(key, uploadId, request);
    } catch (thrown) {
      assert.ok(isStoreError(thrown, 'not_found'));
    }
    assert.equal((await store.head(key))?.uploadToken, settings.uploadToken);
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
    const { uploadId } = await store.createMultipart(key, settingsWith());
    await store.abortMultipart(key, uploadId);
    const request = { parts: [{ number: 1, etag: 'x' }], bytes: 1, algorithm: null };
    await assert.rejects(
      store.completeMultipart(key, uploadId, request),
      kind('not_found', 'unknown'),
    );
  });

  it('takes a part through the Worker, once, and refuses other bytes', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const { uploadId } = await store.createMultipart(key, settingsWith());
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
  'ListParts',
  ({ listParts }) => listParts,
  (running) => {
    it('case 57: gives number, size and ETag of every part, in order', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const { uploadId } = await store.createMultipart(key, settingsWith());
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
      const { uploadId } = await store.createMultipart(key, settingsWith());
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
    it('case 58: is said to be unsupported', async () => {
      const { store, key } = running();
      await assert.rejects(store.listParts(key(), 'id'), kind('unsupported'));
    });
  },
);

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

for (const algorithm of allChecksums) {
  onEveryStore(
    `${algorithm} of parts`,
    ({ checksums }) =>
      checksums[0] === 'md5' ? algorithm === 'md5' : checksums.includes(algorithm),
    (running) => {
      it('case 69: is checked by the store, bound into the URL, and found in what it lists', async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const settings = settingsWith({ checksum: algorithm });
        const { uploadId } = await store.createMultipart(key, settings);
        const signer = await store.presignParts({ key, uploadId, algorithm, expiresIn: 60 });
        const body = random(1000);
        const checksum = checksumOf(algorithm, body);
        const request = await signer.sign(1, 1000, checksum);

        const flipped = body.slice();
        flipped[345] = (flipped[345] ?? 0) ^ 1;
        assert.equal((await send(request, flipped)).status, 400);
        const [name = ''] = Object.keys(request.headers);
        const other = {
          ...request,
          headers: { ...request.headers, [name]: checksumOf(algorithm, flipped) },
        };
        assert.equal((await send(other, flipped)).status, 403);
        assert.ok((await send({ ...request, headers: {} }, body)).status >= 400);

        const response = await send(request, body);
        assert.equal(response.status, 200);
        if (store.profile.listParts) {
          const [part] = await store.listParts(key, uploadId);
          assert.equal(part?.checksum, algorithm === 'md5' ? undefined : checksum);
        }
        const parts = [receiptOf(1, response, checksum)];
        await store.completeMultipart(key, uploadId, { parts, bytes: 1000, algorithm });
        assert.equal((await store.head(key))?.bytes, 1000);
      });
    },
  );

  onEveryStore(
    `${algorithm} of the whole object`,
    (profile) => profile.fullObjectChecksums.includes(algorithm),
    (running) => {
      it('is checked at Complete and given back by HEAD', async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const bodies = [random(PART), random(100)];
        const settings = settingsWith({ checksum: algorithm });
        const {
          uploadId,
          receipts: parts,
          bytes,
        } = await uploadParts(running(), key, bodies, settings);
        const request = { parts, bytes, algorithm };
        const wrong = checksumOf(algorithm, random(10));
        await assert.rejects(
          store.completeMultipart(key, uploadId, { ...request, checksum: wrong }),
          kind('checksum_mismatch', 'invalid_part', 'rejected'),
        );
        const checksum = checksumOf(algorithm, Buffer.concat(bodies));
        const completed = await store.completeMultipart(key, uploadId, { ...request, checksum });
        assert.equal(completed.checksum ?? checksum, checksum);
        assert.equal((await store.head(key))?.checksums[algorithm], checksum);
      });
    },
  );
}
