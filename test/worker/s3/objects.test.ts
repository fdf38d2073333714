import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AwsClient } from 'aws4fetch';
import { encodeKey } from '../../../worker/s3/signing/encode.ts';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { onEveryStore } from './stores.ts';
import { checksumOf } from './sums.ts';
import { allChecksums, codeOf, download, random, send, attributesWith } from './uploads.ts';

const any = (): boolean => true;

onEveryStore('a whole object in one PUT', any, (running) => {
  for (const bytes of [0, 1, 100_000]) {
    it(`case 31: of ${bytes} bytes is stored as it is`, async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const body = random(bytes);
      const attributes = attributesWith({ contentType: 'text/plain', metadata: { who: 'Zoë' } });
      const { request } = await store.presignPut(key, bytes, attributes, { expiresIn: 60 });
      assert.equal((await send(request, body)).status, 200);
      const object = await store.head(key);
      assert.equal(object?.bytes, bytes);
      assert.equal(object.type, 'text/plain');
      assert.equal(object.mark, attributes.mark);
      assert.deepEqual(object.metadata, { who: 'Zoë' });
      assert.deepEqual(await download(running(), key), body);
    });
  }

  it('case 26: accepts no other size, type, mark or checksum', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    const body = random(100);
    const attributes = attributesWith({ contentType: 'image/png', checksum: 'md5' });
    const checksum = checksumOf('md5', body);
    const { request } = await store.presignPut(key, 100, attributes, { checksum, expiresIn: 60 });
    assert.equal((await send(request, random(101))).status, 403);
    for (const [name, value] of [
      ['content-type', 'text/html'],
      ['x-amz-meta-upload-token', 'forged'],
      ['content-md5', checksumOf('md5', random(1))],
    ] as const) {
      assert.equal((await send(request, body, { [name]: value })).status, 403, name);
    }
    assert.deepEqual(await codeOf(await send(request, random(100))), 'BadDigest');
    assert.equal(await store.head(key), undefined);
    assert.equal((await send(request, body)).status, 200);
  });

  it('cases 4, 5 and 8: is found under its exact key, whatever that contains', async () => {
    const { store, key: newKey } = running();
    const names = [
      "? # & = + % ; : @ ' ( ) * !",
      'a%2Fb %2e%2e 100%',
      'ü \u00e9 e\u0301 日本語 🚀 👩‍👩‍👧',
      'a\\b',
      '"<a>" ^|`{}~',
      '.htaccess',
      'soap',
      `${'x'.repeat(200)}.bin`,
    ];
    for (const name of names) {
      const key = newKey(name);
      const body = random(10);
      const attributes = attributesWith();
      const { request } = await store.presignPut(key, 10, attributes, { expiresIn: 60 });
      assert.equal((await send(request, body)).status, 200, name);
      assert.equal((await store.head(key))?.mark, attributes.mark, name);
      assert.deepEqual(await download(running(), key), body, name);
      await store.remove(key);
      assert.equal(await store.head(key), undefined, name);
    }
  });

  it('does not replace another where the store can refuse that', async (context) => {
    const { store, key: newKey } = running();
    if (!store.profile.conditionalPut) return context.skip('the store has no conditional PUT');
    const key = newKey();
    const attributes = attributesWith({ ifNoneMatch: true });
    const { request } = await store.presignPut(key, 5, attributes, { expiresIn: 60 });
    assert.equal((await send(request, random(5))).status, 200);
    assert.equal((await send(request, random(5))).status, 412);
  });
});

onEveryStore('a download link', any, (running) => {
  it('is valid for reading one object until it expires', async () => {
    const { config, store, key: newKey } = running();
    const key = newKey();
    const { request } = await store.presignPut(key, 5, attributesWith(), { expiresIn: 60 });
    await send(request, random(5));
    const { url, expiresIn } = await store.presignGet(key, { expiresIn: 60 });
    assert.equal(expiresIn, 60);
    assert.equal((await fetch(url)).status, 200);
    assert.equal((await fetch(url, { method: 'PUT', body: 'x' })).status, 403);
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 403);
    assert.equal((await fetch(url.replace('file.bin', 'other.bin'))).status, 403);
    const past = createStore({ ...config, now: () => Date.now() - 120_000 });
    const old = await past.presignGet(key, { expiresIn: 60 });
    assert.equal((await fetch(old.url)).status, 403);
  });

  it('case 12: tells the browser the name and type that we chose', async (context) => {
    const { store, key: newKey } = running();
    if (store.profile.name === 'r2-local') return context.skip('the local R2 ignores it');
    const key = newKey();
    const { request } = await store.presignPut(key, 5, attributesWith(), { expiresIn: 60 });
    await send(request, random(5));
    const disposition = `attachment; filename="a; b.txt"; filename*=UTF-8''%C3%A9%3B%20b.txt`;
    const { url } = await store.presignGet(key, {
      disposition,
      contentType: 'text/plain',
      expiresIn: 60,
    });
    const { headers } = await fetch(url);
    assert.equal(headers.get('content-disposition'), disposition);
    assert.equal(headers.get('content-type'), 'text/plain');
  });
});

onEveryStore('an object', any, (running) => {
  it('that is not there is undefined, and removing it is fine', async () => {
    const { store, key: newKey } = running();
    const key = newKey();
    assert.equal(await store.head(key), undefined);
    await store.remove(key);
  });

  it('in a bucket that is not there, or with wrong keys, is a misconfiguration', async () => {
    const { config, credentials, key } = running();
    const wrongSecret = { ...credentials, secretAccessKey: 'not-the-secret' };
    const stores = [
      { ...config, bucket: 'no-such-bucket' },
      { ...config, credentials: { get: () => Promise.resolve(wrongSecret) } },
    ];
    for (const one of stores) {
      const store = createStore(one);
      await assert.rejects(store.createMultipart(key(), attributesWith()), (thrown) =>
        isStoreError(thrown, 'misconfigured'),
      );
    }
  });
});

onEveryStore(
  'a form POST',
  ({ postPolicy }) => postPolicy,
  (running) => {
    it('stores the file with its attributes, and answers as it was asked to', async () => {
      const { store, key: newKey } = running();
      const key = newKey("ü 'x'.txt");
      const body = random(1000);
      const attributes = attributesWith({
        contentType: 'text/plain',
        metadata: { who: 'Zoë' },
        cacheControl: 'no-store',
      });
      const { request } = await store.presignForm(key, 1000, attributes, {
        expiresIn: 60,
        successStatus: 201,
      });
      assert.equal(request.method, 'POST');
      assert.deepEqual(request.headers, {});
      const response = await send(request, body);
      assert.equal(response.status, 201);
      const object = await store.head(key);
      assert.equal(object?.type, 'text/plain');
      assert.equal(object.mark, attributes.mark);
      assert.deepEqual(object.metadata, { who: 'Zoë' });
      assert.deepEqual(await download(running(), key), body);
    });

    it('case 35: accepts exactly the announced number of bytes', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const { request } = await store.presignForm(key, 100, attributesWith(), { expiresIn: 60 });
      for (const bytes of [0, 99, 101]) {
        assert.ok((await send(request, random(bytes))).status >= 400, `${bytes}`);
      }
      assert.equal(await store.head(key), undefined);
      assert.equal((await send(request, random(100))).status, 204);
    });

    it('case 26: accepts no other key, type, mark or field, and nothing after it has expired', async () => {
      const { config, store, key: newKey } = running();
      const key = newKey();
      const body = random(10);
      const { request } = await store.presignForm(key, 10, attributesWith(), { expiresIn: 60 });
      for (const changed of [
        { key: newKey() },
        { 'content-type': 'text/html' },
        { 'x-amz-meta-upload-token': 'forged' },
        { 'x-amz-meta-more': 'x' },
        { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      ]) {
        const fields = { ...request.fields, ...changed };
        const { status } = await send({ ...request, fields }, body);
        assert.ok(status === 403 || status === 400, Object.keys(changed)[0]);
      }
      const past = createStore({ ...config, now: () => Date.now() - 120_000 });
      const old = await past.presignForm(key, 10, attributesWith(), { expiresIn: 60 });
      assert.ok((await send(old.request, body)).status >= 400);
      assert.equal(await store.head(key), undefined);
    });

    it('carries tags in a way that the store heeds', async (context) => {
      const { config, credentials, store, key: newKey } = running();
      if (!store.profile.tagging) return context.skip('the store has no tags');
      const key = newKey();
      const attributes = attributesWith({ tags: { 'a b': 'c +d=/e', f: 'g' } });
      const { request } = await store.presignForm(key, 5, attributes, { expiresIn: 60 });
      assert.equal((await send(request, random(5))).status, 204);
      const put = await store.presignPut(newKey(), 5, attributes, { expiresIn: 60 });
      assert.equal((await send(put.request, random(5))).status, 200);

      const client = new AwsClient({ ...credentials, region: config.region, service: 's3' });
      for (const url of [`${request.url}${encodeKey(key)}`, put.request.url.split('?')[0]]) {
        const tags = await (await client.fetch(`${url}?tagging`)).text();
        assert.match(tags, /<Key>a b<\/Key><Value>c \+d=\/e<\/Value>/);
        assert.match(tags, /<Key>f<\/Key><Value>g<\/Value>/);
      }
    });

    it('accepts any size of a range, for clients that do not send a size', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      const range = { min: 1, max: 50 };
      const { request } = await store.presignForm(key, range, attributesWith(), { expiresIn: 60 });
      assert.ok((await send(request, random(51))).status >= 400);
      assert.equal((await send(request, random(50))).status, 204);
    });
  },
);

for (const algorithm of allChecksums) {
  onEveryStore(
    `a form POST with a ${algorithm} checksum`,
    ({ formChecksums }) => formChecksums.includes(algorithm),
    (running) => {
      it('case 69: accepts only those bytes', async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const body = random(100);
        const attributes = attributesWith({ checksum: algorithm });
        const checksum = checksumOf(algorithm, body);
        const { request } = await store.presignForm(key, 100, attributes, {
          checksum,
          expiresIn: 60,
        });
        assert.equal((await send(request, random(100))).status, 400);
        assert.equal(await store.head(key), undefined);
        assert.equal((await send(request, body)).status, 204);
        assert.equal(
          (await store.head(key))?.checksums[algorithm],
          algorithm === 'md5' ? undefined : checksum,
        );
      });
    },
  );
}
