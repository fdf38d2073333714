/** What django-s3fileup had and this project lacked at first. The numbers are the rows of `docs/from/`. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { ChunkedAnswer, PlainCreated, Result } from '../../../worker/protocol.ts';
import { assertRefused, send, type Caller } from './caller.ts';
import { inEachPlace } from './places.ts';
import { startWorker, type RunningWorker } from './tree.ts';

const USER = 'backup:correct horse battery';

inEachPlace('what django-s3fileup has', (place) => {
  let worker: RunningWorker;
  let alice: Caller;
  before(async () => {
    worker = await startWorker(place(), { RELAY: 'on' });
    alice = await worker.as('alice');
  });
  after(() => worker?.stop());

  it('control: a file is uploaded by JSON and a token', async () => {
    const file = randomBytes(1000);
    const { upload, answer } = await alice.upload(file);
    assert.equal(answer.body.key, upload.key);
    assert.deepEqual(await alice.read(upload.id), new Uint8Array(file));
  });

  it('s0.9: a file is uploaded before anybody knows its size', async () => {
    const file = randomBytes(3000);
    const first = await alice.expect<ChunkedAnswer>('PUT', '/chunks?filename=live.log', {
      body: file.subarray(0, 1000),
      headers: { 'content-range': 'bytes 0-999/*' },
    });
    await alice.expect('PUT', first.url, {
      body: file.subarray(1000),
      headers: { 'content-range': 'bytes 1000-2999/3000' },
    });
    const { result } = await alice.expect<ChunkedAnswer>('POST', first.url);
    assert.equal(result?.bytes, 3000);
    assert.deepEqual(await alice.read(first.id), new Uint8Array(file));
  });

  it('s0.11: a name, a password and a form-encoded body give a URL that takes the file by PUT', async () => {
    const basic = await startWorker(place(), { AUTH: 'basic', BASIC_USERS: USER });
    try {
      const authorization = (user: string) => ({
        authorization: `Basic ${Buffer.from(user).toString('base64')}`,
      });
      const backup = basic.with(authorization(USER));
      const file = randomBytes(2000);
      const fields = { name: 'a b.tar', bytes: `${file.length}` };
      const created = await backup.expect<PlainCreated>('POST', '/uploads', {
        body: new URLSearchParams(fields),
      });
      const { method, url, headers, complete, key, id } = created;
      assert.equal(method, 'PUT');
      const { etag } = await send({ number: 1, method, url, headers }, file);
      const body = new URLSearchParams({ etag });
      assert.equal((await backup.expect<Result>('POST', complete, { body })).key, key);
      assert.deepEqual(await backup.read(id), new Uint8Array(file));
      const stranger = basic.with(authorization('backup:incorrect horse battery'));
      const sent = { body: new URLSearchParams(fields) };
      assertRefused(await stranger.call('POST', '/uploads', sent), 401, 'unauthenticated');
    } finally {
      await basic.stop();
    }
  });
});
