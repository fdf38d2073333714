/** Forms that the Worker passes on, for stores that take none. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { comesToWorker, post, uppy, type Form } from './client.ts';

describe('forms that come to the Worker', () => {
  onEveryStore('', comesToWorker, (running) => {
    let lab: Lab;
    let form: Form;
    const at = async (): Promise<Form> =>
      (await uppy(await lab.as('alice')).params({ filename: 'a.bin' })).body;
    const key = () => form.fields['key'] ?? '';

    before(async () => {
      lab = await startLab(running(), { COMPANION: 'on', MAX_BYTES: '1MiB' });
    });
    after(() => lab.stop());

    it('are valid for one file: an existing object is not overwritten', async () => {
      form = await at();
      const body = random(1000);
      assert.equal((await post(form, body)).status, 201);
      const again = await post(form, body);
      assert.equal(again.status, 201, 'an answer may have been lost');
      assert.equal((await post(form, random(999))).status, 409);
      assert.deepEqual(await download(running(), key()), body);
    });

    it('are told once that the upload is complete', async () => {
      form = await at();
      await lab.seen();
      await post(form, random(10));
      await post(form, random(10));
      const { events } = await lab.seen();
      assert.deepEqual(
        events.map(({ type, upload }) => [type, upload.key, upload.bytes]),
        [['completed', key(), 10]],
      );
    });

    it('take no token that is not a form’s, and no other key', async () => {
      form = await at();
      const token = form.fields['upload-token'] ?? '';
      const alice = await lab.as('alice');
      const native = await alice.create({ bytes: 10 });
      const { body: inParts } = await uppy(alice).create({ filename: 'x' });
      const body = random(10);
      assert.equal((await post(form, body, { 'upload-token': `${token}x` })).status, 401);
      const others = { 'upload-token': native.token, key: native.key };
      assert.equal((await post(form, body, others)).status, 403);
      const parts = { 'upload-token': inParts.uploadId, key: inParts.key };
      assert.equal((await post(form, body, parts)).status, 403);
      assert.equal((await post(form, body, { key: `${key()}2` })).status, 403);
      assert.equal(await running().store.head(key()), undefined);
    });

    it('are read no further than a token that is not valid', async () => {
      form = await at();
      const part = (name: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const end = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n';
      const keyField = part('key', key());
      const token = part('upload-token', form.fields['upload-token'] ?? '');
      const bodies: [string, number][] = [
        [part('upload-token', 'a.b.c') + part('junk', 'y'.repeat(60_000)) + end, 401],
        [keyField + token + end, 400],
        [token + keyField + end, 201],
      ];
      for (const [body, status] of bodies) {
        const headers = { 'content-type': 'multipart/form-data; boundary=b' };
        const response = await fetch(form.url, { method: 'POST', headers, body });
        assert.equal(response.status, status, await response.text());
      }
    });

    it('end with their time', async () => {
      form = await at();
      await lab.bend({ clockMs: 901_000 });
      const response = await post(form, random(10));
      await lab.bend({});
      assert.equal(response.status, 410);
    });

    it('that are no forms leave nothing', async () => {
      form = await at();
      const boundary = 'b';
      const field = (name: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const fields = Object.entries(form.fields)
        .map(([name, value]) => field(name, value))
        .join('');
      const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n';
      const bodies = {
        'cut off': `${fields}${file}hello`,
        'no end': `${fields}${file}hello${'.'.repeat(20)}`,
        'a field after the file': `${fields}${file}hello\r\n${field('key', 'x')}--b--\r\nmore`,
        'no file': `${fields}--b--\r\n`,
        'no boundary': 'hello',
        'too much of it': field('x', 'y'.repeat(40_000)) + fields + file + '\r\n--b--\r\n',
      };
      for (const [what, body] of Object.entries(bodies)) {
        const response = await fetch(form.url, {
          method: 'POST',
          headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
          body: Buffer.from(body),
        });
        assert.equal(response.status, 400, `${what}: ${await response.text()}`);
      }
      assert.equal(await running().store.head(key()), undefined);
      const good = `${fields}${file}hello\r\n--b--\r\n`;
      const response = await fetch(form.url, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary="b"' },
        body: Buffer.from(good),
      });
      assert.equal(response.status, 201);
      assert.equal(Buffer.from(await download(running(), key())).toString(), 'hello');
    });
  });
});
