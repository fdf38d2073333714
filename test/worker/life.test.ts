/** The life of an upload through the Worker, from Create to removal, on every store there is. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type {
  CompleteManyAnswer,
  CreateAnswer,
  FileAnswer,
  ListAnswer,
  Policy,
  ResumeAnswer,
  UploadStatusAnswer,
} from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
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
import { onEveryStore } from './s3/stores.ts';
import { download, random, send } from './s3/uploads.ts';

onEveryStore(
  'an upload',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;

    before(async () => {
      lab = await startLab(running(), { REMOVABLE: 'on' });
      alice = await lab.as('alice');
    });
    after(() => lab.stop());

    it('says what a caller may upload', async () => {
      const { status, body } = await alice.get<Policy>('/policy');
      const { profile } = running().config;
      assert.equal(status, 200);
      assert.equal(body.checksum, profile.checksums[0]);
      assert.equal(body.listParts, profile.listParts);
      assert.equal(body.plan.singleMaxBytes, 5 * MIB);
      assert.equal(body.lanes, 1);
      assert.deepEqual(body.origins, [new URL(running().config.endpoint).origin]);
    });

    it('tells a page whose policy it is, in a word that names nobody', async () => {
      const callerOf = async (client: Client) => (await client.get<Policy>('/policy')).body.caller;
      const mine = await callerOf(alice);
      assert.match(mine ?? '', /^[0-9a-f]{16}$/);
      assert.equal(await callerOf(await lab.as('alice')), mine);
      assert.notEqual(await callerOf(await lab.as('bob')), mine);
    });

    for (const bytes of [0, 1, 1000, 5 * MIB, 5 * MIB + 1, 10 * MIB, 11 * MIB]) {
      it(`case 31, case 32: stores ${bytes} bytes as they were sent`, async () => {
        const body = random(bytes);
        const { answer } = await alice.upload(body, { name: 'a b.bin', type: 'image/png' });
        assert.equal(answer.status, 200);
        assert.equal(answer.body.bytes, bytes);
        assert.equal(answer.body.type, 'image/png');
        assert.deepEqual(await download(running(), answer.body.key), body);
        const object = await running().store.head(answer.body.key);
        assert.equal(object?.type, 'image/png');
      });
    }

    it('gives the first requests with the Create, as many as checksums came along', async () => {
      const body = random(12 * MIB);
      const draft = await alice.create({ bytes: body.length });
      assert.deepEqual(draft.requests, []);
      const sums = [1, 2].map((number) => sumOf(draft, body, number));
      const checksums = sums.map(({ checksum }) => checksum ?? '');
      const upload = await alice.create({ bytes: body.length, checksums });
      assert.deepEqual(
        upload.requests.map(({ number }) => number),
        [1, 2],
      );
      const [first] = upload.requests;
      assert.ok(first);
      assert.equal((await send(first, body.subarray(0, 5 * MIB))).status, 200);
      assert.ok(upload.expiresIn > 890 && upload.expiresIn <= 900);
    });

    it('creates many at once, each in its own slot', async () => {
      const files = [
        { id: randomUUID(), name: 'good.txt', bytes: 3, type: 'text/plain' },
        { id: randomUUID(), name: 'huge.bin', bytes: 2 ** 50, type: '' },
        { id: 'no uuid', name: 'x', bytes: 1, type: '' },
        { id: randomUUID(), name: 'large.bin', bytes: 6 * MIB, type: '' },
      ];
      const { body } = await alice.post<CreateAnswer>('/uploads', { files });
      const codes = body.uploads.map((slot) => (isRefused(slot) ? slot.problem.code : 'created'));
      assert.deepEqual(codes, ['created', 'too_large', 'invalid_request', 'created']);
      assert.deepEqual(
        body.uploads.map(({ id }) => id),
        files.map(({ id }) => id),
      );
      const fields = body.uploads.map((slot) => isRefused(slot) && slot.problem.field);
      assert.deepEqual(fields, [false, 'files[1].bytes', 'files[2].id', false]);
    });

    it('completes many single requests at once, each in its own slot', async () => {
      const bodies = [random(10), random(20), random(30)];
      const uploads: { id: string; token: string; etag?: string }[] = [];
      for (const body of bodies) {
        const upload = await alice.create({ bytes: body.length });
        const [part] = body.length === 20 ? [] : await alice.sendParts(upload, body);
        uploads.push({ id: upload.id, token: upload.token, ...(part && { etag: part.etag }) });
      }
      const { body } = await alice.post<CompleteManyAnswer>('/uploads/complete', {
        uploads,
      });
      const outcome = body.uploads.map((slot) =>
        isRefused(slot) ? slot.problem.code : slot.bytes,
      );
      assert.deepEqual(outcome, [10, 'incomplete', 30]);
    });

    it('case 18: signs nothing after an abort that the store would take', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const receipts = await alice.sendParts(upload, body, [1]);
      assert.equal((await alice.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
      assert.equal((await alice.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
      const { body: signed } = await alice.sign(upload, body, [2]);
      const [request] = signed.requests;
      assert.ok(request);
      assert.equal((await send(request, body.subarray(5 * MIB))).status, 404);
      const { status, problem } = await alice.complete(upload, { parts: receipts });
      assert.ok(status === 410 || status === 422, problem.detail);
      const state = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`, tokenOf(upload));
      assert.equal(state.body.state, 'aborted');
    });

    it('continues after an interruption, also on another device, with the parts that the store has', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length, name: 'film.mp4' });
      const receipts = await alice.sendParts(upload, body, [1, 3]);
      // Receipts travel with the next sign call; stores that list parts need none.
      await alice.sign(upload, body, [2], { stored: receipts });

      const { body: resumed, status } = await alice.post<ResumeAnswer>(
        `/uploads/${upload.id}/resume`,
      );
      assert.equal(status, 200);
      assert.deepEqual(
        resumed.parts.map(({ number, bytes }) => [number, bytes]),
        [
          [1, 5 * MIB],
          [3, MIB],
        ],
      );
      assert.equal(resumed.key, upload.key);
      const early = await alice.complete(resumed);
      assert.equal(early.problem.code, 'incomplete');
      assert.match(early.problem.detail, /missing: 2\./);

      const rest = await alice.sendParts(resumed, body, [2]);
      const { body: result } = await alice.complete(resumed, { parts: rest });
      assert.equal(result.bytes, body.length);
      assert.deepEqual(await download(running(), result.key), body);
    });

    it('case 43: answers a second complete like the first', async () => {
      for (const bytes of [100, 6 * MIB]) {
        const { upload, parts, answer } = await alice.upload(random(bytes));
        const again = await alice.complete(upload, { parts });
        assert.equal(again.status, 200);
        assert.deepEqual(again.body, answer.body);
      }
    });

    it('case 44: answers two completes at once alike', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const parts = await alice.sendParts(upload, body);
      const answers = await Promise.all([1, 2, 3].map(() => alice.complete(upload, { parts })));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200],
      );
      assert.deepEqual(answers[1]?.body, answers[0]?.body);
      assert.deepEqual(answers[2]?.body, answers[0]?.body);
    });

    it('case 41: gives the same upload to a Create that is sent again', async () => {
      const file = { id: randomUUID(), name: 'once.bin', bytes: 6 * MIB };
      const first = await alice.create(file);
      await lab.seen();
      const second = await alice.create(file);
      assert.equal(second.key, first.key);
      const { store } = await lab.seen();
      assert.deepEqual(store, [], 'no second CreateMultipartUpload');
      const body = random(6 * MIB);
      const parts = [
        ...(await alice.sendParts(first, body, [1])),
        ...(await alice.sendParts(second, body, [2])),
      ];
      assert.equal((await alice.complete(second, { parts })).status, 200);
    });

    it('tells a Create that is sent again after the end what has become of it', async () => {
      for (const bytes of [10, 6 * MIB]) {
        const file = { id: randomUUID(), name: 'done.bin' };
        const { answer } = await alice.upload(random(bytes), file);
        const again = await alice.create({ ...file, bytes });
        assert.deepEqual(again.result, answer.body);
        assert.deepEqual(again.requests, []);
      }
    });

    it('case 42: refuses a Create of the same id for another file', async () => {
      const file = { id: randomUUID(), name: 'one.bin', bytes: 6 * MIB };
      await alice.create(file);
      for (const change of [{ name: 'two.bin' }, { bytes: 7 * MIB }, { type: 'text/plain' }]) {
        const slot = await alice.tryCreate({ ...file, ...change });
        assert.equal(isRefused(slot) && slot.problem.code, 'conflict');
      }
    });

    it('has a state that its owner can ask for from the first moment, without its token', async () => {
      for (const bytes of [10, 6 * MIB]) {
        const upload = await alice.create({ bytes, name: 'begun.bin' });
        const { status, body } = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
        assert.deepEqual([status, body.state, body.name], [200, 'open', 'begun.bin']);
        const { body: list } = await alice.get<ListAnswer>('/uploads?state=open');
        assert.ok(list.uploads.some(({ id }) => id === upload.id));
        await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
        const after = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
        assert.equal(after.body.state, 'aborted');
      }
    });

    it('that is unfinished is listed with what the store holds of it', async () => {
      const dora = await lab.as('dora');
      const body = random(11 * MIB);
      const upload = await dora.create({ bytes: body.length });
      const [first = 1] = allParts(upload);
      const receipts = await dora.sendParts(upload, body, [first]);
      const bytes = sliceOf(upload, body, first).length;
      // Where the store cannot list parts, the next signing call says what has arrived.
      await dora.sign(upload, body, [2], { stored: receipts });
      await dora.upload(random(10));
      const { body: list } = await dora.get<ListAnswer>('/uploads?state=open&stored=true');
      const rows = list.uploads.map(({ id, stored }) => ({ id, stored }));
      assert.deepEqual(rows, [{ id: upload.id, stored: { parts: 1, bytes } }]);
      const { body: plain } = await dora.get<ListAnswer>('/uploads?state=open');
      assert.equal(plain.uploads[0]?.stored, undefined);
    });

    it('lists the caller’s own, the newest first, by state and in pages', async () => {
      const carol = await lab.as(`carol-${randomUUID()}`);
      const times = ['0192', '0193', '0194'];
      const ids = times.map((time) => `${time}0000-0000-7000-8000-000000000000`);
      for (const id of ids) await carol.upload(random(5), { id, name: `${id}.bin` });
      const open = await carol.create({
        bytes: 6 * MIB,
        id: '01950000-0000-7000-8000-000000000000',
      });

      const { body } = await carol.get<ListAnswer>('/uploads');
      assert.deepEqual(
        body.uploads.map(({ id, state }) => [id, state]),
        [[open.id, 'open'], ...ids.toReversed().map((id) => [id, 'complete'])],
      );
      const complete = await carol.get<ListAnswer>('/uploads?state=complete');
      assert.equal(complete.body.uploads.length, 3);

      const pages: string[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ limit: '2', ...(cursor && { cursor }) });
        const page = await carol.get<ListAnswer>(`/uploads?${query}`);
        assert.ok(page.body.uploads.length <= 2);
        pages.push(...page.body.uploads.map(({ id }) => id));
        cursor = page.body.cursor;
      } while (cursor !== undefined);
      assert.deepEqual(pages, [open.id, ...ids.toReversed()]);
      assert.equal(
        (await (await lab.as('nobody')).get<ListAnswer>('/uploads')).body.uploads.length,
        0,
      );
    });

    it('gives a link to read, as a redirect or as JSON, under the file’s own name', async () => {
      const body = random(100);
      const { upload } = await alice.upload(body, { name: 'Füße "1".png', type: 'image/png' });
      const path = `/uploads/${upload.id}/file`;
      const { body: answer } = await alice.get<FileAnswer>(path, { accept: 'application/json' });
      const response = await fetch(answer.url);
      assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
      assert.match(answer.url, /response-content-disposition=attachment/);
      assert.match(
        decodeURIComponent(answer.url),
        /filename\*=UTF-8''F%C3%BC%C3%9Fe%20%221%22\.png/,
      );
      const redirect = await alice.get(`${path}?disposition=inline`);
      assert.equal(redirect.status, 302);
      assert.match(redirect.headers.get('location') ?? '', /content-disposition=inline/);
    });

    it('removes a complete upload where that is allowed, object and row', async () => {
      for (const bytes of [10, 6 * MIB]) {
        const { upload } = await alice.upload(random(bytes));
        assert.equal((await alice.delete(`/uploads/${upload.id}`)).status, 204);
        assert.equal(await running().store.head(upload.key), undefined);
        const { status, body } = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
        // Its form can store the file again until it ends, so the upkeep looks for that.
        const byForm = upload.requests.some(({ fields }) => fields !== undefined);
        assert.equal(status, byForm ? 200 : 404);
        if (byForm) assert.equal(body.state, 'aborted');
      }
    });

    it('case 50: removes what had arrived of a cancelled upload', async () => {
      const single = await alice.create({ bytes: 10 });
      await alice.sendParts(single, random(10));
      assert.equal((await alice.delete(`/uploads/${single.id}`, tokenOf(single))).status, 204);
      assert.equal(await running().store.head(single.key), undefined);
    });
  },
);

onEveryStore(
  'an upload that is kept',
  () => true,
  (running) => {
    it('case 52: keeps a complete upload that somebody aborts, and says so', async () => {
      const lab = await startLab(running());
      try {
        const alice = await lab.as('alice');
        for (const bytes of [10, 6 * MIB]) {
          const { upload } = await alice.upload(random(bytes));
          const { status, problem } = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
          assert.equal(status, 409);
          assert.equal(problem.code, 'conflict');
          assert.equal((await running().store.head(upload.key))?.bytes, bytes);
          const state = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
          assert.equal(state.body.state, 'complete');
        }
      } finally {
        await lab.stop();
      }
    });
  },
);
