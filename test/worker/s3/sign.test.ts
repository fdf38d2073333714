import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { staticCredentials, type Credentials } from '../../../worker/s3/signing/credentials.ts';
import { KeyError } from '../../../worker/s3/signing/encode.ts';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { createStore, type Store, type StoreConfig } from '../../../worker/s3/store.ts';
import { attributesWith } from './uploads.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const keys: Credentials = { accessKeyId: 'AKID', secretAccessKey: 'SECRET' };

function storeWith(changes: Partial<StoreConfig> = {}): Store {
  return createStore({
    endpoint: 'https://s3.test',
    bucket: 'bucket',
    region: 'us-east-1',
    style: 'path',
    profile: PROFILES.aws,
    credentials: staticCredentials(keys),
    now: () => NOW,
    ...changes,
  });
}

const upload = { key: 'a/b', uploadId: 'id', algorithm: null, expiresIn: 900 };

const strip = (url: string): string =>
  url.replace(/partNumber=\d+/, '').replace(/X-Amz-Signature=\w+/, '');

describe('part URLs', () => {
  it('differ in nothing but the part', async () => {
    const signer = await storeWith().presignParts(upload);
    const [one, two] = [await signer.sign(1, 5), await signer.sign(2, 5)];
    assert.notEqual(one.url, two.url);
    assert.equal(strip(one.url), strip(two.url));
    assert.deepEqual(one, await signer.sign(1, 5));
  });

  it('case 13: are for PUT and carry no other parameter than a part needs', async () => {
    const signer = await storeWith().presignParts(upload);
    const { method, url } = await signer.sign(1, 5);
    assert.equal(method, 'PUT');
    assert.deepEqual(
      [...new URL(url).searchParams.keys()],
      [
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'partNumber',
        'uploadId',
        'X-Amz-Signature',
      ],
    );
  });

  for (const number of [0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`case 14: are not made for part ${number}`, async () => {
      const signer = await storeWith().presignParts(upload);
      await assert.rejects(signer.sign(number, 5), RangeError);
    });
  }

  for (const bytes of [-1, 1.5, Number.NaN, 2 ** 53]) {
    it(`case 38: are not made for ${bytes} bytes`, async () => {
      const signer = await storeWith().presignParts(upload);
      await assert.rejects(signer.sign(1, bytes), RangeError);
    });
  }

  it('case 15: keep an upload id unchanged, whatever it contains', async () => {
    const uploadId = `x&partNumber=9&X-Amz-Expires=1#\n/../${'i'.repeat(10_000)}`;
    const signer = await storeWith().presignParts({ ...upload, uploadId });
    const { searchParams, pathname, hash } = new URL((await signer.sign(1, 5)).url);
    assert.equal(searchParams.get('uploadId'), uploadId);
    assert.deepEqual(searchParams.getAll('partNumber'), ['1']);
    assert.deepEqual([pathname, hash], ['/bucket/a/b', '']);
  });

  it('case 1: are not made for a key that climbs', async () => {
    await assert.rejects(storeWith().presignParts({ ...upload, key: 'a/../b' }), KeyError);
  });

  it('bind the checksum that is sent with the bytes', async () => {
    const signer = await storeWith().presignParts({ ...upload, algorithm: 'crc32c' });
    const request = await signer.sign(1, 5, 'mnG7TA==');
    assert.deepEqual(request.headers, { 'x-amz-checksum-crc32c': 'mnG7TA==' });
    assert.match(request.url, /SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-crc32c&/);
    assert.notEqual(request.url, (await signer.sign(1, 5, 'AAAAAA==')).url);
  });

  for (const checksum of [undefined, '', 'mnG7TA', 'AAAAAAAAAAA=', 'mnG7\nA==', 'mnG7-_==']) {
    it(`are not made with ${JSON.stringify(checksum)} for a CRC32C`, async () => {
      const signer = await storeWith().presignParts({ ...upload, algorithm: 'crc32c' });
      await assert.rejects(signer.sign(1, 5, checksum), RangeError);
    });
  }

  it('leave the length open only for those who do not say one', async () => {
    const signer = await storeWith().presignParts(upload);
    assert.match((await signer.sign(1, 5)).url, /SignedHeaders=content-length%3Bhost&/);
    assert.match((await signer.sign(1, undefined)).url, /SignedHeaders=host&/);
  });
});

describe('lanes', () => {
  const publicEndpoints = [
    'https://{bucket}.s3.test',
    'https://s3.test/{bucket}',
    'https://s3.other.test',
  ];

  it('take the parts in turn', async () => {
    const store = storeWith({ publicEndpoints, endpoint: 'https://inside.test' });
    const signer = await store.presignParts(upload);
    const urls = await Promise.all([1, 2, 3, 4].map(async (n) => (await signer.sign(n, 5)).url));
    assert.equal(store.lanes, 3);
    assert.deepEqual(store.origins, [
      'https://bucket.s3.test',
      'https://s3.test',
      'https://s3.other.test',
    ]);
    assert.deepEqual(
      urls.map((url) => url.slice(0, url.indexOf('?'))),
      [
        'https://s3.test/bucket/a/b',
        'https://s3.other.test/bucket/a/b',
        'https://bucket.s3.test/a/b',
        'https://s3.test/bucket/a/b',
      ],
    );
  });

  it('share out whole objects by their keys', async () => {
    const store = storeWith({ publicEndpoints });
    const hosts = new Set<string>();
    for (let index = 0; index < 50; index += 1) {
      const { request } = await store.presignPut(`k${index}`, 1, attributesWith(), {
        expiresIn: 9,
      });
      hosts.add(new URL(request.url).host);
    }
    assert.deepEqual([...hosts].sort(), ['bucket.s3.test', 's3.other.test', 's3.test']);
  });
});

describe('signatures with the keys of a session', () => {
  const session = { ...keys, sessionToken: 'a/b+c==', expiresAt: NOW + 90_500 };

  it('carry its token, and die with it', async () => {
    const store = storeWith({ credentials: staticCredentials(session) });
    const signer = await store.presignParts(upload);
    const put = await store.presignPut('k', 1, attributesWith(), { expiresIn: 900 });
    const form = await store.presignForm('k', 1, attributesWith(), { expiresIn: 900 });
    const get = await store.presignGet('k', { expiresIn: 900 });
    assert.deepEqual(
      [signer, put, form, get].map(({ expiresIn }) => expiresIn),
      [90, 90, 90, 90],
    );
    for (const url of [(await signer.sign(1, 5)).url, put.request.url, get.url]) {
      const { searchParams } = new URL(url);
      assert.equal(searchParams.get('X-Amz-Security-Token'), 'a/b+c==');
      assert.equal(searchParams.get('X-Amz-Expires'), '90');
    }
    const { fields = {} } = form.request;
    assert.equal(fields['x-amz-security-token'], 'a/b+c==');
    const policy = JSON.parse(atob(fields['policy'] ?? '')) as { expiration: string };
    assert.equal(policy.expiration, new Date(NOW + 90_000).toISOString());
  });

  it('live no longer than asked where the session lives longer', async () => {
    const store = storeWith({ credentials: staticCredentials(session) });
    assert.equal((await store.presignParts({ ...upload, expiresIn: 30 })).expiresIn, 30);
  });

  it('are not made when it is over', async () => {
    const over = staticCredentials({ ...session, expiresAt: NOW });
    const done = storeWith({ credentials: over }).presignParts(upload);
    await assert.rejects(done, (thrown) => isStoreError(thrown, 'misconfigured'));
  });
});

describe('a form POST', () => {
  it('is refused where the store could not hold what a PUT promises', async () => {
    const cases = [
      [PROFILES.r2, attributesWith()],
      [PROFILES.aws, attributesWith({ ifNoneMatch: true })],
      [PROFILES.ceph, attributesWith({ checksum: 'md5' })],
    ] as const;
    for (const [profile, attributes] of cases) {
      const done = storeWith({ profile }).presignForm('k', 1, attributes, {
        checksum: '1B2M2Y8AsgTpgAmY7PhCfg==',
        expiresIn: 9,
      });
      await assert.rejects(done, (thrown) => isStoreError(thrown, 'unsupported'));
    }
  });

  it('pins every field and the exact size in its policy', async () => {
    const attributes = attributesWith({ acl: 'private', checksum: 'crc32c' });
    const { request } = await storeWith().presignForm('a/ü', 7, attributes, {
      checksum: 'mnG7TA==',
      expiresIn: 60,
    });
    const { policy = '', 'x-amz-signature': signature, ...fields } = request.fields ?? {};
    const bytes = Uint8Array.from(atob(policy), (character) => character.charCodeAt(0));
    const { conditions } = JSON.parse(new TextDecoder().decode(bytes)) as { conditions: unknown[] };
    assert.deepEqual(conditions, [
      { bucket: 'bucket' },
      ['content-length-range', 7, 7],
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ]);
    assert.match(signature ?? '', /^[0-9a-f]{64}$/);
    assert.equal(fields['acl'], 'private');
    assert.equal(fields['x-amz-checksum-crc32c'], 'mnG7TA==');
    assert.equal(request.url, 'https://s3.test/bucket/');
  });
});
