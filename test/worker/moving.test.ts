/**
 * Uploads that take longer than a day: what moves does not expire, and what is whole is completed. On
 * every store there is.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, it } from 'node:test';
import type {
  PartReceipt,
  RelayAnswer,
  ResumeAnswer,
  SignAnswer,
  UploadStatusAnswer,
} from '../../worker/protocol.ts';
import { uppy } from './companion/client.ts';
import {
  allParts,
  MIB,
  sliceOf,
  startLab,
  sumOf,
  tokenOf,
  type Client,
  type Lab,
} from './harness.ts';
import { at, HOUR_MS, lasting, LIFE_HOURS, sendOn } from './late-clock.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

onEveryStore(
  'an upload that moves',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;

    before(async () => {
      lab = await startLab(running(), { S3_ABORTS_AFTER: 'never', RELAY: 'on', COMPANION: 'on' });
      alice = await lasting(lab, 'alice');
    });
    afterEach(() => lab.bend({}));
    after(() => lab.stop());

    it('for 50 hours is created once, sends each part once, and is done', async () => {
      const body = random(51 * MIB);
      let upload = await alice.create({ bytes: body.length, name: 'slow.mov' });
      const numbers = allParts(upload);
      const receipts: PartReceipt[] = [];
      await lab.seen();
      for (const number of numbers) {
        await at(lab, ((number - 1) * 50) / (numbers.length - 1));
        await lab.sweep();
        const sent = await sendOn(alice, upload, body, [number], receipts);
        upload = sent.upload;
        receipts.push(...sent.receipts);
      }
      const { status, body: result, problem } = await alice.complete(upload, { parts: receipts });
      await lab.bend({});
      assert.equal(status, 200, problem.detail);
      assert.deepEqual(await download(running(), result.key), body);
      const { store, kv, events } = await lab.seen();
      assert.deepEqual(
        store.filter((line) => /^POST .*\?uploads/.test(line)),
        [],
        'it was created once',
      );
      assert.deepEqual(
        events.map(({ type }) => type),
        ['completed'],
      );
      const writes = kv.filter((line) => line.startsWith('put u:'));
      assert.ok(writes.length <= numbers.length + 1, `${writes.length} writes of its record`);
    });

    it('gets no new token and costs no write within its first hour', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await lab.seen();
      await at(lab, 0.99);
      const early = await alice.sign(upload, body, [1]);
      assert.equal('token' in early.body, false);
      assert.deepEqual((await lab.seen()).kv, []);
      await at(lab, 1.01);
      const { body: first } = await alice.sign(upload, body, [1]);
      const renewed = first as SignAnswer;
      assert.ok(renewed.token && renewed.expiresAt);
      const longer = Date.parse(renewed.expiresAt) - Date.parse(upload.expiresAt);
      assert.ok(Math.abs(longer - 1.01 * HOUR_MS) <= 2000, `${longer} ms longer`);
      await alice.sign({ ...upload, token: renewed.token }, body, [2]);
      const { kv } = await lab.seen();
      assert.equal(kv.filter((line) => line.startsWith('put')).length, 1);
      await lab.bend({});
    });

    it('is as long-lived in its record as in its token, so that the upkeep lets it be', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await at(lab, LIFE_HOURS - 1);
      const { upload: longer, receipts } = await sendOn(alice, upload, body, [1]);
      await at(lab, LIFE_HOURS + 1);
      await lab.sweep();
      const status = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
      assert.equal(status.body.state, 'open');
      assert.equal(status.body.expiresAt, longer.expiresAt);
      const rest = await sendOn(alice, longer, body, [2]);
      const parts = [...receipts, ...rest.receipts];
      assert.equal((await alice.complete(rest.upload, { parts })).status, 200);
      await lab.bend({});
    });

    it('can go on with a token that was replaced long ago', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await at(lab, LIFE_HOURS - 1);
      const { receipts } = await sendOn(alice, upload, body, [1]);
      await at(lab, LIFE_HOURS + 1);
      const rest = await sendOn(alice, upload, body, [2, 3]);
      assert.notEqual(rest.upload.token, upload.token);
      const parts = [...receipts, ...rest.receipts];
      assert.equal((await alice.complete(upload, { parts })).status, 200);
      await lab.bend({});
    });

    it('through the Worker gets its new tokens with its parts', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const relay = async (number: number, token: string) => {
        const part = sliceOf(upload, body, number);
        const { checksum } = sumOf(upload, body, number);
        const algorithm = upload.checksum ?? '';
        const name = algorithm === 'md5' ? 'content-md5' : `x-amz-checksum-${algorithm}`;
        const response = await lab.fetch(`/uploads/${upload.id}/parts/${number}`, {
          method: 'PUT',
          headers: {
            authorization: alice.authorization,
            'upload-token': token,
            ...(checksum !== undefined && { [name]: checksum }),
          },
          body: new Uint8Array(part),
        });
        const answer = (await response.json()) as RelayAnswer;
        assert.equal(response.status, 200, JSON.stringify(answer));
        return { receipt: { number, etag: answer.etag, ...sumOf(upload, body, number) }, answer };
      };
      await at(lab, LIFE_HOURS - 1);
      const first = await relay(1, upload.token);
      const { token } = first.answer;
      assert.ok(token);
      await at(lab, LIFE_HOURS + 30);
      const second = await relay(2, token);
      const parts = [first.receipt, second.receipt];
      const { status } = await alice.complete({ ...upload, token }, { parts });
      await lab.bend({});
      assert.equal(status, 200);
    });

    it('goes on for clients of Companion’s, which cannot take a new token', async () => {
      const client = uppy(alice);
      const { body: upload } = await client.create({ filename: 'a.bin', type: 'image/png' });
      const body = random(11 * MIB);
      const parts = [];
      for (const [index, hours] of [0, LIFE_HOURS - 1, 2 * LIFE_HOURS - 2].entries()) {
        await at(lab, hours);
        await lab.sweep();
        const piece = body.subarray(index * 5 * MIB, (index + 1) * 5 * MIB);
        parts.push(await client.send(upload, index + 1, piece));
      }
      const { status, problem } = await client.complete(upload, parts);
      await lab.bend({});
      assert.equal(status, 200, problem.detail);
    });
  },
);

onEveryStore(
  'an upload whose time is up',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    const body = random(6 * MIB);

    before(async () => {
      lab = await startLab(running());
      alice = await lasting(lab, 'alice');
    });
    afterEach(() => lab.bend({}));
    after(() => lab.stop());

    /** Long after the token’s end. */
    const late = () => at(lab, LIFE_HOURS + 1);

    for (const bytes of [1000, 6 * MIB]) {
      it(`and of which all ${bytes} bytes have arrived is completed`, async () => {
        const whole = random(bytes);
        const upload = await alice.create({ bytes });
        const parts = await alice.sendParts(upload, whole);
        await late();
        const { status, body: result, problem } = await alice.complete(upload, { parts });
        const again = await alice.complete(upload, { parts });
        await lab.bend({});
        assert.equal(status, 200, problem.detail);
        assert.deepEqual(again.body, result);
        assert.deepEqual(await download(running(), result.key), whole);
      });
    }

    it('is completed for nobody but its owner, and only if the policy still allows it', async () => {
      const upload = await alice.create({ bytes: body.length });
      const parts = await alice.sendParts(upload, body);
      await late();
      const bob = await lasting(lab, 'bob');
      assert.equal((await bob.complete(upload, { parts })).status, 404);
      const forged = { ...upload, token: `${upload.token.slice(0, -4)}AAAA` };
      assert.equal((await alice.complete(forged, { parts })).status, 401);
      await at(lab, LIFE_HOURS + 1, { deny: 'complete' });
      const refused = await alice.complete(upload, { parts });
      await lab.bend({});
      assert.equal(refused.status, 403);
      assert.equal(await running().store.head(upload.key), undefined);
    });

    it('and that was cancelled stays cancelled', async () => {
      for (const bytes of [1000, 6 * MIB]) {
        const upload = await alice.create({ bytes });
        await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
        await late();
        const { status } = await alice.complete(upload, { parts: [] });
        const resumed = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
        await lab.bend({});
        assert.ok(status === 409 || status === 410, `${status}`);
        assert.equal(resumed.status, 409);
      }
    });

    it('and that is not whole is resumed by its owner, with every part that has arrived', async () => {
      const whole = random(11 * MIB);
      const upload = await alice.create({ bytes: whole.length });
      const receipts = await alice.sendParts(upload, whole, [1, 2]);
      await alice.sign(upload, whole, [3], { stored: receipts });
      await late();
      const incomplete = await alice.complete(upload, { parts: receipts });
      assert.equal(incomplete.status, 410);
      assert.equal(incomplete.problem.code, 'expired');
      assert.equal((await alice.sign(upload, whole, [3])).problem.code, 'expired');

      const path = `/uploads/${upload.id}/resume`;
      const { body: resumed, status } = await alice.post<ResumeAnswer>(path);
      assert.equal(status, 200);
      assert.deepEqual(
        resumed.parts.map(({ number }) => number),
        [1, 2],
      );
      await lab.sweep();
      const rest = await sendOn(alice, resumed, whole, [3]);
      const parts = [...receipts, ...rest.receipts];
      const done = await alice.complete(rest.upload, { parts });
      await lab.bend({});
      assert.equal(done.status, 200, done.problem.detail);
      assert.deepEqual(await download(running(), upload.key), whole);
    });

    it('is the same upload for a Create that is sent again', async () => {
      const file = { id: randomUUID(), name: 'again.bin', bytes: body.length };
      const first = await alice.create(file);
      const receipts = await alice.sendParts(first, body, [1]);
      await late();
      await lab.seen();
      const second = await alice.create(file);
      const { store } = await lab.seen();
      assert.deepEqual(store, [], 'no second CreateMultipartUpload');
      assert.equal(second.key, first.key);
      const rest = await sendOn(alice, second, body, [2]);
      const parts = [...receipts, ...rest.receipts];
      const { status } = await alice.complete(rest.upload, { parts });
      await lab.bend({});
      assert.equal(status, 200);
    });

    it('is gone, which has a code of its own, once the upkeep has aborted it', async () => {
      const upload = await alice.create({ bytes: body.length });
      const parts = await alice.sendParts(upload, body);
      await late();
      for (let round = 0; round < 3; round++) await lab.sweep();
      const completed = await alice.complete(upload, { parts });
      const resumed = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
      await lab.bend({});
      assert.equal(completed.problem.code, 'gone');
      assert.equal(resumed.problem.code, 'gone');
      assert.equal(resumed.status, 410);
    });

    it('is gone for who resumes it, if the store has dropped it', async (t) => {
      if (!running().config.profile.listParts) return t.skip('the store cannot be asked');
      const upload = await alice.create({ bytes: body.length });
      await alice.sendParts(upload, body, [1]);
      const [, claims = ''] = upload.token.split('.');
      const { multipart } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        multipart: { uploadId: string };
      };
      await running().store.abortMultipart(upload.key, multipart.uploadId);
      for (const hours of [0, LIFE_HOURS + 1]) {
        await at(lab, hours);
        const { problem } = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
        assert.equal(problem.code, 'gone');
      }
      await lab.bend({});
    });
  },
);
