/** Checksums of whole objects, on stores that have their own mind about them. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import { apps } from './apps.ts';
import { firstSum } from './hostile/scene.ts';
import { localR2, onEveryStore } from './s3/stores.ts';
import { download, MIB, random } from './s3/uploads.ts';

onEveryStore(
  'an object that the store has given a checksum of its own choice',
  () => true,
  (running) => {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html:
    // Amazon S3 computes CRC64NVME for whatever comes without one of its checksums, as Content-MD5 is.
    const likeAmazon = () => {
      const { config } = running();
      const { checksums, fullObjectChecksums } = PROFILES.aws;
      return createStore({
        ...config,
        profile: { ...config.profile, checksums, fullObjectChecksums },
        async fetch(input, init) {
          const request = new Request(input, init);
          const response = await fetch(request);
          if (request.method !== 'HEAD' || !response.ok) return response;
          const headers = new Headers(response.headers);
          headers.set('x-amz-checksum-crc64nvme', 'AAAAAAAAAAA=');
          return new Response(null, { status: response.status, headers });
        },
      });
    };

    for (const bytes of [10, 6 * MIB]) {
      it(`is kept, and that checksum is not called the upload’s (${bytes} bytes)`, async () => {
        const mount = apps(running, `checksum-tests/${randomUUID()}/`);
        const { client } = mount({}, { store: likeAmazon(), checksum: 'md5', forms: 'off' });
        const body = random(bytes);
        const md5 = createHash('md5')
          .update(body.subarray(0, 5 * MIB))
          .digest('base64');
        const { upload, answer } = await client.upload(body, { checksums: [md5] });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        // Of the one part that a small file is, and none of a file in several.
        assert.equal(answer.body.checksum, bytes === 10 ? md5 : undefined);
        assert.deepEqual(await download(running(), upload.key), body);
      });
    }

    it('is kept, and that checksum is not called the upload’s (10 bytes, by a form where there is one)', async () => {
      const mount = apps(running, `checksum-tests/${randomUUID()}/`);
      const { client } = mount({}, { store: likeAmazon(), checksum: 'md5' });
      const body = random(10);
      const checksums = await firstSum(client, body);
      const { upload, answer } = await client.upload(body, { checksums });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(answer.body.checksum, checksums[0]);
      assert.deepEqual(await download(running(), upload.key), body);
    });
  },
);

describe('a small file on a store that does not check this checksum in a form', () => {
  it('is the one part of a multipart upload', async () => {
    const { running, stop } = await localR2.start();
    try {
      const store = createStore({ ...running.config, profile: PROFILES.ceph });
      const mount = apps(() => running, 'checksum-tests/');
      const { client } = mount({}, { store, checksum: 'crc64nvme' });
      const { requests } = await client.create({ bytes: 10, checksums: ['AAAAAAAAAAA='] });
      assert.equal(requests[0]?.method, 'PUT');
      assert.ok(new URL(requests[0].url).searchParams.has('uploadId'));
      assert.equal(requests[0].headers['x-amz-checksum-crc64nvme'], 'AAAAAAAAAAA=');
    } finally {
      await stop();
    }
  });
});
