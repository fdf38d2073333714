/** Completing under faults: whatever is lost on the way, the answer is what the store holds. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Created, PartReceipt, Result, UploadStatusAnswer } from '../../worker/protocol.ts';
import type { StoreFault } from './bend.ts';
import { MIB, SETTINGS, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { createTokens } from '../../worker/token.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random, attributesWith } from './s3/uploads.ts';

/** Create has `?uploads`, Complete `?uploadId=`. */
const COMPLETE = ['POST', 'uploadId='] as const;

onEveryStore(
  'a Complete',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    const body = random(6 * MIB);

    before(async () => {
      lab = await startLab(running());
      alice = await lab.as('alice');
    });
    after(() => lab.stop());

    const ready = async () => {
      const upload = await alice.create({ bytes: body.length });
      return { upload, parts: await alice.sendParts(upload, body) };
    };

    const completeUnder = async (
      faults: readonly StoreFault[],
      { upload, parts }: { upload: Created; parts: PartReceipt[] },
    ) => {
      await lab.bend({ store: faults });
      try {
        return await alice.complete(upload, { parts });
      } finally {
        await lab.bend({});
      }
    };

    const assertDone = async (answer: { status: number; body: Result }) => {
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(answer.body.bytes, body.length);
      assert.deepEqual(await download(running(), answer.body.key), body);
    };

    it('case 45: finds the object when the store’s answer was lost', async () => {
      await assertDone(await completeUnder([{ on: COMPLETE, cut: 'after' }], await ready()));
    });

    it('case 46: tries again after a 200 that contains an error', async () => {
      const error = '<Error><Code>InternalError</Code><Message>again</Message></Error>';
      const fault = { on: COMPLETE, times: 1, status: 200, body: error };
      await assertDone(await completeUnder([fault], await ready()));
    });

    it('case 47: looks for the object after a 200 that says nothing', async () => {
      const bodies = ['', '   \n  ', '<html><body>Please sign in</body></html>', '<CompleteMulti'];
      for (const text of bodies) {
        const fault = { on: COMPLETE, status: 200, body: text, done: true };
        await assertDone(await completeUnder([fault], await ready()));
      }
    });

    it('does not call done what a 200 without an object says', async () => {
      const made = await ready();
      const fault = { on: COMPLETE, status: 200, body: '<html/>' };
      const { status, problem } = await completeUnder([fault], made);
      assert.ok(status === 502 || status === 503, String(status));
      assert.equal(problem.code, 'store_unavailable');
      assert.ok((problem.retryAfter ?? 0) >= 1);
      await assertDone(await alice.complete(made.upload, { parts: made.parts }));
    });

    it('case 48: does not take another object under the key for its own', async () => {
      const made = await ready();
      const { store } = running();
      const other = attributesWith({ contentType: 'text/plain' });
      const put = await store.presignPut(made.upload.key, 6, other, { expiresIn: 60 });
      const sent = await fetch(put.request.url, {
        method: 'PUT',
        headers: put.request.headers,
        body: 'others',
      });
      assert.equal(sent.status, 200);
      const gone = '<Error><Code>NoSuchUpload</Code></Error>';
      const { status, problem } = await completeUnder(
        [{ on: COMPLETE, status: 404, body: gone }],
        made,
      );
      // As far as the store is asked what there is before, or only after.
      assert.ok(status === 410 || status === 409, problem.detail);
      assert.equal((await store.head(made.upload.key))?.bytes, 6, 'and leaves it alone');
    });

    it('says that it is not known, and not that the upload is gone, if the new object is not seen', async () => {
      const made = await ready();
      const unseen = { on: ['HEAD', made.upload.key] as const, status: 404 };
      const { status, problem } = await completeUnder([unseen], made);
      assert.equal(status, 502);
      assert.equal(problem.code, 'store_unavailable');
      await assertDone(await alice.complete(made.upload, { parts: made.parts }));
    });

    it('case 36: says which parts are missing, and completes nothing', async () => {
      const upload = await alice.create({ bytes: 11 * MIB });
      const large = random(11 * MIB);
      const parts = await alice.sendParts(upload, large, [1, 3]);
      const { status, problem } = await alice.complete(upload, { parts });
      assert.equal(status, 422);
      assert.equal(problem.code, 'incomplete');
      assert.match(problem.detail, /missing: 2\./);
      assert.equal(await running().store.head(upload.key), undefined);
    });

    it('case 60: uses the newest version of a part that was sent twice', async () => {
      const upload = await alice.create({ bytes: body.length });
      await alice.sendParts(upload, body, [1]);
      const parts = await alice.sendParts(upload, body, [1, 2]);
      await assertDone(await alice.complete(upload, { parts }));
    });

    it('case 40: accepts parts in any order', async () => {
      const { upload, parts } = await ready();
      await assertDone(await alice.complete(upload, { parts: parts.toReversed() }));
    });

    it('does not accept an object whose size differs from the announced one', async () => {
      const upload = await alice.create({ bytes: 10 });
      const { store } = running();
      const { id } = upload;
      const tokens = createTokens([SETTINGS.TOKEN_SECRET]);
      const type = 'application/octet-stream';
      const mark = await tokens.mark(['alice', id, 'file.bin', 10, type]);
      const settings = attributesWith({ mark });
      const put = await store.presignPut(upload.key, 3, settings, { expiresIn: 60 });
      await fetch(put.request.url, { method: 'PUT', headers: put.request.headers, body: 'abc' });
      const parts = await alice.sendParts(upload, random(10));
      const { status, problem } = await alice.complete(upload, { parts });
      // A store that refuses to replace it leaves it alone; elsewhere the Worker takes it away.
      const isLeft = store.profile.conditionalComplete;
      assert.equal(status, isLeft ? 409 : 422);
      assert.equal(problem.code, isLeft ? 'conflict' : 'incomplete');
      assert.equal((await store.head(upload.key))?.bytes, isLeft ? 3 : undefined);
    });

    it('case 87: says that the store is down, and nothing of where it is', async () => {
      const made = await ready();
      await lab.bend({ store: [{ on: ['', '/'], cut: 'before' }] });
      const created = await alice.tryCreate({ bytes: 6 * MIB });
      const completed = await alice.complete(made.upload, { parts: made.parts });
      await lab.bend({});
      const { credentials, config } = running();
      for (const text of [JSON.stringify(created), JSON.stringify(completed.body)]) {
        assert.match(text, /"code":"store_unavailable"/);
        assert.ok(!text.includes(new URL(config.endpoint).host), text);
        assert.ok(!text.includes(credentials.accessKeyId), text);
      }
      assert.ok(completed.status === 502 || completed.status === 503);
      await assertDone(await alice.complete(made.upload, { parts: made.parts }));
    });

    it('case 86: leaves it to the next call to find out what one that was left alone did', async () => {
      const { upload, parts } = await ready();
      const controller = new AbortController();
      const pending = lab.fetch(`/uploads/${upload.id}/complete`, {
        method: 'POST',
        headers: {
          authorization: (await lab.as('alice')).authorization,
          'content-type': 'application/json',
          ...tokenOf(upload),
        },
        body: JSON.stringify({ parts }),
        signal: controller.signal,
      });
      controller.abort();
      await assert.rejects(pending);
      await assertDone(await alice.complete(upload, { parts }));
    });

    it('case 51: ends as one or the other when an abort and a Complete coincide', async () => {
      const { upload, parts } = await ready();
      const [completed, aborted] = await Promise.all([
        alice.complete(upload, { parts }),
        alice.delete(`/uploads/${upload.id}`, tokenOf(upload)),
      ]);
      const object = await running().store.head(upload.key);
      const { body: state } = await alice.get<UploadStatusAnswer>(
        `/uploads/${upload.id}`,
        tokenOf(upload),
      );
      if (object) {
        assert.equal(completed.status, 200);
        assert.notEqual(aborted.status, 204);
        assert.equal(state.state, 'complete');
      } else {
        assert.equal(aborted.status, 204);
        assert.notEqual(state.state, 'complete');
      }
    });

    it('case 55: says that the store has forgotten an upload', async () => {
      const { upload, parts } = await ready();
      await running().store.abortMultipart(upload.key, uploadIdOf(upload));
      const { status, problem } = await alice.complete(upload, { parts });
      assert.equal(status, 410, problem.detail);
      assert.equal(problem.code, 'gone');
    });
  },
);

function uploadIdOf(upload: Created): string {
  const [, claims = ''] = upload.token.split('.');
  const { multipart } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    multipart: { uploadId: string };
  };
  return multipart.uploadId;
}
