/** Verifying a whole file over several invocations: states, interruptions, and who goes on with it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { UploadEvent } from '../../worker/hooks.ts';
import type {
  CompleteManyAnswer,
  CreateAnswer,
  ListAnswer,
  ResumeAnswer,
  UploadStatusAnswer,
  Verifying,
} from '../../worker/protocol.ts';
import { createStore } from '../../worker/s3/store.ts';
import { WHOLE_ALGORITHMS } from '../../worker/protocol/checksum.ts';
import { runHash } from '../../worker/upload/verify/hash.ts';
import { messageOf } from '../../worker/webhooks/message.ts';
import { apps } from './apps.ts';
import { startLab, tokenOf } from './harness.ts';
import { memoryKV } from './memory-kv.ts';
import { quickSum } from './quick-sums.ts';
import { localR2, onEveryStore } from './s3/stores.ts';
import { download, MIB, random } from './s3/uploads.ts';
import { begin, finish, rightOf, wrongOf } from './whole.ts';

const FILE = random(6 * MIB + 77);
const SMALL = random(100_001);
const VERIFY = { maxBytes: 8 * MIB, stepBytes: 2 * MIB };
const RIGHT = rightOf('sha256', FILE);
const WRONG = wrongOf('sha256');

describe('a hash that is put down and taken up', () => {
  for (const algorithm of WHOLE_ALGORITHMS) {
    it(`has the same ${algorithm} as one in a single go, wherever it was put down`, () => {
      const body = random(300_000);
      for (let round = 0; round < 20; round++) {
        let hash = runHash(algorithm);
        while (hash.bytes < body.length) {
          const end = hash.bytes + Math.floor(Math.random() * 40_000);
          hash.take(body.subarray(hash.bytes, end));
          if (Math.random() < 0.5) continue;
          const saved = hash.save();
          assert.equal(saved.verifiedBytes % 64, 0);
          hash = runHash(algorithm, JSON.parse(JSON.stringify(saved)));
        }
        assert.equal(hash.value(), quickSum(algorithm, body));
      }
    });
  }
});

onEveryStore(
  'a file whose checksum takes several invocations',
  () => true,
  (running) => {
    const mount = apps(running, `verifying-tests/${randomUUID()}/`);
    const head = (key: string) => running().store.head(key);

    /** Announced at Create, stored, and read in part. */
    const verifying = async (checksum: object = RIGHT, more: object = {}) => {
      const events: UploadEvent[] = [];
      const kv = memoryKV();
      let ahead = 0;
      const options = { verify: VERIFY, kv, now: () => Date.now() + ahead, ...more };
      const hooks = { onEvent: (event: UploadEvent) => void events.push(event) };
      const app = mount(hooks, options);
      const begun = await begin(app.client, FILE, { checksum });
      const answer = await app.client.complete<Verifying>(begun.upload, { parts: begun.parts });
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      return {
        ...app,
        ...begun,
        answer,
        events,
        /** The same settings and the same KV, and nothing of this one’s memory. */
        elsewhere: () => mount(hooks, options),
        wait: (seconds: number) => void (ahead += seconds * 1000),
        state: async () =>
          (await app.client.get<UploadStatusAnswer>(`/uploads/${begun.upload.id}`)).body,
      };
    };

    it('is in a state of its own, without a result, a link or an event', async () => {
      const { client, upload, answer, events, state } = await verifying();
      const { id } = upload;
      assert.deepEqual(answer.body, {
        id,
        state: 'verifying',
        bytes: FILE.length,
        verifiedBytes: 2 * MIB,
        retryAfter: 1,
      });
      const status = await state();
      assert.equal(status.state, 'verifying');
      assert.equal(status.verifiedBytes, 2 * MIB);
      assert.equal(status.result, undefined);
      const { body: list } = await client.get<ListAnswer>('/uploads?state=verifying');
      assert.deepEqual(
        list.uploads.map((row) => [row.id, row.state, row.checksum]),
        [[id, 'verifying', undefined]],
      );
      assert.equal((await client.get(`/uploads/${id}/file`)).status, 404);
      assert.ok(!events.some(({ type }) => type === 'completed'));
    });

    it('is continued elsewhere from where it was, and then told to everyone', async () => {
      const { client, upload, parts, elsewhere, events, state } = await verifying();
      const { answer, states } = await finish(elsewhere().client, { upload, parts });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.deepEqual(
        states.map(({ verifiedBytes }) => verifiedBytes),
        [4 * MIB, 6 * MIB],
      );
      const verified = { checksum: RIGHT.value, checksumAlgorithm: 'sha256', verifiedBy: 'worker' };
      const fields = ({ checksum, checksumAlgorithm, verifiedBy }: object & typeof verified) => ({
        checksum,
        checksumAlgorithm,
        verifiedBy,
      });
      assert.deepEqual(fields(answer.body as never), verified);
      assert.deepEqual((await state()).result, answer.body);
      const { body: list } = await client.get<ListAnswer>('/uploads?state=complete');
      assert.deepEqual(fields(list.uploads[0] as never), verified);
      const completed = events.filter(({ type }) => type === 'completed');
      assert.equal(completed.length, 1);
      const message = await messageOf(completed[0] as UploadEvent, 'bucket', Date.now());
      assert.deepEqual(fields(JSON.parse(message.body).data), verified);
      assert.equal((await client.get(`/uploads/${upload.id}/file`)).status, 302);
    });

    it('is continued by the upkeep if the client has gone', async () => {
      const { upload, sweep, wait, state, events } = await verifying();
      await sweep();
      assert.equal(
        (await state()).verifiedBytes,
        2 * MIB,
        'which leaves it to the client at first',
      );
      for (const expected of [4, 6]) {
        wait(150);
        await sweep();
        assert.equal((await state()).verifiedBytes, expected * MIB);
      }
      wait(150);
      await sweep();
      const { result, state: end } = await state();
      assert.equal(end, 'complete');
      assert.equal(result?.checksum, RIGHT.value);
      assert.equal(events.filter(({ type }) => type === 'completed').length, 1);
      assert.deepEqual(await download(running(), upload.key), FILE);
    });

    it('is read by the upkeep no faster than the plan of Workers allows, one upload after the other', async () => {
      const { client, upload, sweep, wait, state } = await verifying(RIGHT, {
        workersPlan: 'free',
      });
      const other = await begin(client, FILE, { checksum: RIGHT });
      const asked = await client.complete<Verifying>(other.upload, { parts: other.parts });
      assert.equal(asked.status, 202, JSON.stringify(asked.body));
      const verifiedBytes = async () => {
        const { body } = await client.get<UploadStatusAnswer>(`/uploads/${other.upload.id}`);
        return (body.verifiedBytes ?? 0) + ((await state()).verifiedBytes ?? 0);
      };
      for (const expected of [6, 8]) {
        wait(150);
        await sweep();
        assert.equal(await verifiedBytes(), expected * MIB);
      }
      for (let round = 0; round < 8; round++) {
        wait(150);
        await sweep();
      }
      assert.equal((await state()).state, 'complete');
      for (const { key } of [upload, other.upload]) {
        assert.deepEqual(await download(running(), key), FILE);
      }
    });

    it('is removed by the upkeep if it is wrong', async () => {
      const { client, upload, parts, sweep, wait, state, events } = await verifying(WRONG);
      for (let round = 0; round < 3; round++) {
        wait(150);
        await sweep();
      }
      assert.equal(await head(upload.key), undefined);
      assert.equal((await state()).state, 'aborted');
      assert.deepEqual(
        events.map(({ type }) => type),
        ['prepared', 'aborted'],
      );
      const late = await client.complete(upload, { parts });
      assert.equal(late.problem.code, 'checksum_mismatch');
    });

    it('waits for no other checksum than the first that was given', async () => {
      const { client } = mount({}, { verify: VERIFY });
      const begun = await begin(client, FILE);
      const { upload, parts } = begun;
      assert.equal((await client.complete(upload, { parts, checksum: RIGHT })).status, 202);
      const other = await client.complete(upload, { parts, checksum: WRONG });
      assert.equal(other.status, 409);
      assert.equal(other.problem.field, 'checksum');
      const { answer } = await finish(client, begun);
      assert.equal(answer.body.checksum, RIGHT.value, 'also if it is not given again');
    });

    it('is resumed with nothing to send', async () => {
      const { client, upload } = await verifying();
      const { body } = await client.post<ResumeAnswer>(
        `/uploads/${upload.id}/resume`,
        undefined,
        tokenOf(upload),
      );
      assert.equal(body.result, undefined);
      assert.deepEqual(body.requests, []);
      assert.deepEqual(
        body.parts.map(({ number, bytes }) => [number, bytes]),
        [
          [1, 5 * MIB],
          [2, MIB + 77],
        ],
      );
      const { answer } = await finish(client, {
        upload: body,
        parts: body.parts.map(({ number, etag }) => ({ number, etag })),
      });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    });

    it('can be cancelled, and leaves nothing', async () => {
      const { client, upload, state } = await verifying();
      assert.equal((await client.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
      assert.equal(await head(upload.key), undefined);
      assert.equal((await state()).state, 'aborted');
    });

    it('is read on where the store has cut its answer', async () => {
      const { config } = running();
      const asked: string[] = [];
      const cutting: typeof fetch = async (input, init) => {
        const request = new Request(input, init);
        const range = request.headers.get('range');
        const response = await fetch(request);
        if (range === null || !response.body) return response;
        asked.push(range);
        if (asked.length % 3 === 0) return response;
        let left = 700_001;
        const cut = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            controller.enqueue(chunk.subarray(0, left));
            left -= chunk.length;
            if (left > 0) return;
            if (asked.length % 3 === 1) controller.terminate();
            else controller.error(new Error('connection reset'));
          },
        });
        const { status, headers } = response;
        return new Response(response.body.pipeThrough(cut), { status, headers });
      };
      const store = createStore({ ...config, fetch: cutting });
      const { client } = mount({}, { store, verify: VERIFY });
      const { answer } = await finish(client, await begin(client, FILE), RIGHT);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(answer.body.checksum, RIGHT.value);
      assert.ok(asked.length > 4, asked.join());
    });

    it('is kept while the store cannot be read, and verified later', async () => {
      const { config } = running();
      let isDown = true;
      const store = createStore({
        ...config,
        async fetch(input, init) {
          const request = new Request(input, init);
          if (isDown && request.headers.has('range')) throw new TypeError('fetch failed');
          return fetch(request);
        },
      });
      const { client } = mount({}, { store, verify: VERIFY });
      const begun = await begin(client, FILE, { checksum: RIGHT });
      const { answer } = await finish(client, begun);
      assert.equal(answer.problem.code, 'store_unavailable', JSON.stringify(answer.body));
      assert.ok((await head(begun.upload.key)) !== undefined);
      const { body } = await client.get<UploadStatusAnswer>(`/uploads/${begun.upload.id}`);
      // Swift lists the parts of what is complete.
      const isListed = config.profile.takesPartsAfterComplete;
      assert.equal(body.state, isListed ? 'open' : 'verifying', 'nobody calls it complete');
      assert.equal(body.result, undefined);
      isDown = false;
      const { answer: second } = await finish(client, begun);
      assert.equal(second.body.checksum, RIGHT.value, JSON.stringify(second.body));
    });

    it('is complete for good: a wrong checksum afterwards removes nothing', async () => {
      const { client } = mount({}, { verify: VERIFY });
      const begun = await begin(client, FILE);
      assert.equal((await finish(client, begun, RIGHT)).answer.status, 200);
      const wrong = await client.complete(begun.upload, { parts: begun.parts, checksum: WRONG });
      assert.equal(wrong.problem.code, 'checksum_mismatch');
      const other = await client.complete(begun.upload, {
        parts: begun.parts,
        checksum: rightOf('sha1', FILE),
      });
      assert.equal(other.problem.code, 'conflict');
      assert.deepEqual(await download(running(), begun.upload.key), FILE);
    });

    it('is held to what Create announced', async () => {
      const { client } = mount({}, { verify: VERIFY });
      const { upload, parts } = await begin(client, FILE, { checksum: { algorithm: 'sha1' } });
      const refused = async (checksum: unknown, detail: RegExp) => {
        const { status, problem } = await client.complete(upload, { parts, checksum });
        assert.equal(status, 400, JSON.stringify(problem));
        assert.equal(problem.field, 'checksum');
        assert.match(problem.detail, detail);
      };
      await refused(undefined, /announced its sha1: give the value/);
      await refused(RIGHT, /announced its sha1 and not its sha256/);
      await refused('AAAA', /Not a valid sha1/);
      assert.equal(await head(upload.key), undefined, 'and nothing was made of the parts');
      const right = rightOf('sha1', FILE);
      const { answer } = await finish(client, { upload, parts }, right.value);
      assert.equal(answer.body.checksumAlgorithm, 'sha1', JSON.stringify(answer.body));
      const announced = await begin(client, FILE, { checksum: right });
      const { upload: second } = announced;
      const differs = await client.complete(second, { checksum: wrongOf('sha1') });
      assert.equal(differs.problem.code, 'checksum_mismatch');
      assert.equal((await finish(client, announced)).answer.body.checksum, right.value);
    });

    it('has one announced checksum, however often it is created', async () => {
      const { client } = mount({}, { verify: VERIFY });
      const id = randomUUID();
      await client.create({ id, bytes: FILE.length, checksum: RIGHT });
      const file = { id, name: 'file.bin', type: '', bytes: FILE.length };
      for (const [checksum, isSame] of [
        [RIGHT, true],
        [WRONG, false],
        [undefined, false],
      ] as const) {
        const { body } = await client.post<CreateAnswer>('/uploads', {
          files: [{ ...file, checksum }],
        });
        const [slot] = body.uploads;
        assert.equal(
          slot && 'problem' in slot ? slot.problem.code : 'created',
          isSame ? 'created' : 'conflict',
        );
      }
    });

    it('is refused at Create if the checksum is none', async () => {
      const { client } = mount({}, { verify: VERIFY });
      for (const [checksum, field] of [
        [{ algorithm: 'sha256', value: 'AAAA' }, 'files[0].checksum.value'],
        [{ algorithm: 'sha512' }, 'files[0].checksum.algorithm'],
        [RIGHT.value, 'files[0].checksum'],
      ] as const) {
        const slot = await client.tryCreate({ bytes: 10, checksum: checksum as never });
        assert.ok('problem' in slot);
        assert.deepEqual([slot.problem.code, slot.problem.field], ['invalid_request', field]);
      }
    });

    it('in a batch is verified, refused and continued like any other', async () => {
      const { client } = mount({}, { verify: { maxBytes: SMALL.length, stepBytes: 65_536 } });
      const small = await begin(client, SMALL);
      const wrong = await begin(client, SMALL);
      const large = await begin(client, random(SMALL.length + 1));
      const batch = async (...slots: (readonly [typeof small, unknown])[]) =>
        (
          await client.post<CompleteManyAnswer>('/uploads/complete', {
            uploads: slots.map(([{ upload, parts }, checksum]) => ({
              id: upload.id,
              token: upload.token,
              etag: parts[0]?.etag,
              checksum,
            })),
          })
        ).body.uploads as readonly unknown[] as readonly Record<string, never>[];
      const [first, second] = await batch(
        [small, rightOf('sha1', SMALL)],
        [wrong, wrongOf('sha1')],
      );
      assert.equal(first?.['state'], 'verifying', JSON.stringify(first));
      // One call reads no more than one step.
      assert.equal(second?.['problem']?.['code'], 'rate_limited', JSON.stringify(second));
      const [refused] = await batch([large, wrongOf('sha1')]);
      assert.equal(refused?.['problem']?.['field'], 'uploads[0].checksum', JSON.stringify(refused));
      const [done] = await batch([small, rightOf('sha1', SMALL)]);
      assert.equal(done?.['checksum'], rightOf('sha1', SMALL).value, JSON.stringify(done));
      for (let round = 0; round < 3; round++) await batch([wrong, wrongOf('sha1')]);
      const [gone] = await batch([wrong, wrongOf('sha1')]);
      assert.equal(gone?.['problem']?.['code'], 'checksum_mismatch', JSON.stringify(gone));
      assert.equal(await head(wrong.upload.key), undefined);
    });

    it('is read in the order of the batch, whichever token is opened first', async (t) => {
      const { client } = mount({}, { verify: { maxBytes: SMALL.length, stepBytes: 65_536 } });
      const uploads = await Promise.all([begin(client, SMALL), begin(client, SMALL)]);
      const [payload = ''] = uploads[0].upload.token.match(/(?<=\.)[^.]+/) ?? [];
      const { verify } = crypto.subtle;
      t.mock.method(crypto.subtle, 'verify', async (...call: Parameters<typeof verify>) => {
        if (Buffer.from(call[3] as Uint8Array).includes(payload)) await setTimeout(50);
        return verify.apply(crypto.subtle, call);
      });
      const { body } = await client.post<CompleteManyAnswer>('/uploads/complete', {
        uploads: uploads.map(({ upload: { id, token }, parts }) => ({
          id,
          token,
          etag: parts[0]?.etag,
          checksum: rightOf('sha1', SMALL),
        })),
      });
      const states = body.uploads.map((answer) =>
        'problem' in answer ? answer.problem.code : 'state' in answer && answer.state,
      );
      assert.deepEqual(states, ['verifying', 'rate_limited']);
    });

    it('is asked for by its algorithm where parts have no checksum', async () => {
      const { client } = mount({}, { verify: VERIFY, checksum: null });
      const { upload, parts } = await begin(client, FILE);
      const bare = await client.complete(upload, { parts, checksum: 'AAAAAA==' });
      assert.equal(bare.status, 400);
      assert.match(bare.problem.detail, /algorithm/);
      const { answer } = await finish(client, { upload, parts }, rightOf('crc32', FILE));
      assert.equal(answer.body.verifiedBy, 'worker', JSON.stringify(answer.body));
    });

    it('of which nobody has given the announced value does not stay', async () => {
      let ahead = 0;
      const now = () => Date.now() + ahead;
      const { client, sweep } = mount(
        {},
        { verify: VERIFY, now, rules: { prefix: 'v/', maxTotalBytes: 1e9 } },
      );
      const { upload } = await begin(client, SMALL, { checksum: { algorithm: 'sha1' } });
      ahead = 2 * 86_400_000;
      await sweep();
      assert.equal(await head(upload.key), undefined);
    });
  },
);

describe('in workerd', () => {
  it('a file is verified over several invocations', async () => {
    const { running, stop } = await localR2.start();
    const settings = { VERIFY_MAX_BYTES: '8MiB', VERIFY_STEP_BYTES: '2MiB' };
    const lab = await startLab(running, settings);
    try {
      const client = await lab.as('alice');
      for (const algorithm of WHOLE_ALGORITHMS) {
        const right = rightOf(algorithm, FILE);
        const { answer, states } = await finish(client, await begin(client, FILE), right);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.body.checksum, right.value);
        assert.equal(states.length, 3);
      }
      const wrong = await begin(client, FILE, { checksum: WRONG });
      assert.equal((await finish(client, wrong)).answer.problem.code, 'checksum_mismatch');
      assert.equal(await running.store.head(wrong.upload.key), undefined);
    } finally {
      await lab.stop();
      await stop();
    }
  });

  it('a step that is too small, or a size that is none, is a setting that is refused', async () => {
    const { running, stop } = await localR2.start();
    for (const [name, value] of [
      ['VERIFY_STEP_BYTES', '1kB'],
      ['VERIFY_MAX_BYTES', 'much'],
    ] as const) {
      const lab = await startLab(running, { [name]: value });
      const { status, problem } = await (await lab.as('alice')).get('/policy');
      await lab.stop();
      assert.equal(status, 500);
      assert.match(problem.detail, new RegExp(name));
    }
    await stop();
  });
});
