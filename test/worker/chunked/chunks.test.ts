/** Chunks by `Content-Range`, as drf-chunked-upload has them. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { ListAnswer } from '../../../worker/protocol.ts';
import { MIB, startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, hangUp, tailKeyOf, type Caller } from './calling.ts';
import { startTogether } from '../../start-together.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

onEveryStore(
  'chunks by their ranges',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    before(async () => {
      lab = await startLab(running(), {
        RELAY: 'on',
        MAX_BYTES: '60MiB',
        METADATA: 'camera',
        REMOVABLE: 'on',
      });
      alice = await callerOf(lab);
    });
    after(() => lab.stop());

    const begin = async (bytes: number | undefined, caller = alice): Promise<string> => {
      const description = JSON.stringify({ name: 'film.bin', bytes });
      const { status, body } = await caller.call('POST', '/chunks', JSON_TYPE, description);
      assert.equal(status, 201, JSON.stringify(body));
      return body.url;
    };
    const offsetOf = async (url: string) => (await alice.call('GET', url)).body.offset;

    for (const [bytes, size] of [
      [MIB, 100_000],
      [6 * MIB + 17, 999_999],
      [16 * MIB + 17, 5 * MIB],
      [16 * MIB, 7 * MIB],
      [23 * MIB + 1, 11 * MIB],
      [10 * MIB, 10 * MIB],
    ] as const) {
      it(`make one file of ${bytes} bytes in pieces of ${size}`, async () => {
        const file = random(bytes);
        const last = await alice.putAll(file, size);
        assert.equal(last.body.offset, file.length);
        assert.equal(last.body.state, 'open');
        const { status, body } = await alice.call('POST', last.body.url);
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal(body.state, 'complete');
        assert.deepEqual(await download(running(), body.key), file);
      });
    }

    it('may have another size each time', async () => {
      const file = random(12 * MIB);
      const url = await begin(file.length);
      let start = 0;
      for (const size of [1, 5 * MIB - 1, 1, 3 * MIB, 70_000, 4 * MIB - 70_001]) {
        const { body } = await alice.put(file, start, start + size, { url });
        start += size;
        assert.equal(body.offset, start);
      }
      assert.equal(start, file.length);
      const { body } = await alice.call('POST', url);
      assert.deepEqual(await download(running(), body.key), file);
    });

    it('leave nothing beside the file', async () => {
      const file = random(6 * MIB);
      const { body } = await alice.putAll(file, 4 * MIB);
      const tail = tailKeyOf(body.url);
      assert.equal((await alice.call('POST', body.url)).status, 200);
      assert.equal(await running().store.head(tail), undefined);
    });

    it('are answered with url, offset and expires, each time', async () => {
      const file = random(3000);
      const first = await alice.put(file, 0, 1000);
      assert.equal(first.status, 201);
      assert.equal(first.headers.get('location'), first.body.url);
      const { url } = first.body;
      const answers = [
        [first, 1000],
        [await alice.put(file, 1000, 1500, { url }), 1500],
        [await alice.call('GET', url), 1500],
        [await alice.put(file, 1500, 3000, { url }), 3000],
        [await alice.call('POST', url), 3000],
        [await alice.call('GET', url), 3000],
      ] as const;
      for (const [{ headers, body }, offset] of answers) {
        assert.equal(body.offset, offset);
        assert.equal(headers.get('upload-offset'), String(offset));
        assert.equal(body.bytes, 3000);
        assert.equal(new URL(body.url).origin, new URL(url).origin);
        assert.ok(Date.parse(body.expires) > Date.now());
      }
    });

    it('continue after a line that broke in the middle of one, with what had come', async () => {
      const file = random(16 * MIB);
      const url = await begin(file.length);
      const cut = 7 * MIB + 123;
      await hangUp(
        lab,
        ['PUT', url],
        {
          authorization: alice.authorization,
          'content-length': String(file.length),
          'content-range': `bytes 0-${file.length - 1}/${file.length}`,
        },
        file.subarray(0, cut),
      );
      const offset = await offsetOf(url);
      assert.ok(offset >= 5 * MIB && offset <= cut, String(offset));
      const { body } = await alice.put(file, offset, file.length, { url });
      assert.equal(body.offset, file.length);
      const { body: done } = await alice.call('POST', url);
      assert.deepEqual(await download(running(), done.key), file);
    });

    it('leave no open upload behind if the first one fails, unless its id is known', async () => {
      const carol = await callerOf(lab, 'carol');
      const file = random(6 * MIB);
      const open = async () => {
        const { body } = await carol.call('GET', '/uploads?state=open');
        return (body as unknown as ListAnswer).uploads.length;
      };
      await lab.bend({ store: [{ on: ['PUT', 'partNumber=1'], status: 503 }] });
      try {
        const failed = await carol.call('POST', '/chunks?filename=a.bin', {}, file);
        assert.equal(failed.status, 503);
        while ((await open()) > 0) await lab.seen();
        const id = randomUUID();
        const known = await carol.call('POST', `/chunks?filename=a.bin&id=${id}`, {}, file);
        assert.equal(known.status, 503);
        assert.equal(await open(), 1);
        const { body } = await carol.call('GET', `/chunks/${id}`);
        assert.equal(body.bytes, file.length);
      } finally {
        await lab.bend({});
      }
    });

    it('are told where to continue, if they begin elsewhere', async () => {
      const file = random(6 * MIB);
      const { body: first } = await alice.put(file, 0, 1000);
      for (const start of [0, 999, 1001, 5 * MIB]) {
        const { status, headers, body } = await alice.put(file, start, start + 500, {
          url: first.url,
        });
        assert.equal(status, 409, String(start));
        assert.equal(body.code, 'conflict');
        assert.equal(body.offset, 1000);
        assert.equal(headers.get('upload-offset'), '1000');
      }
      assert.equal((await alice.put(file, 10, 20)).status, 409, 'the first begins at 0');
    });

    it('that come twice at once do no harm', async () => {
      const file = random(14 * MIB);
      const url = await begin(file.length);
      for (let start = 0; start < file.length;) {
        const end = Math.min(start + 3 * MIB, file.length);
        const twins = await Promise.all([
          alice.put(file, start, end, { url }),
          alice.put(file, start, end, { url }),
        ]);
        assert.deepEqual(twins.map(({ status }) => status).sort(), [200, 409]);
        const refused = twins.find(({ status }) => status === 409);
        assert.equal(refused?.body.offset, end);
        start = end;
      }
      const { body } = await alice.call('POST', url);
      assert.deepEqual(await download(running(), body.key), file);
    });

    it('wait for a request that is still at work, and are told so', async () => {
      const url = await begin(6 * MIB);
      const stream = new TransformStream<Uint8Array, Uint8Array>();
      const writer = stream.writable.getWriter();
      const slow = lab.fetch(new URL(url).pathname, {
        method: 'PUT',
        headers: { authorization: alice.authorization, 'content-range': 'bytes 0-99/6291456' },
        body: stream.readable,
        ...({ duplex: 'half' } as object),
      });
      await writer.write(random(50));
      let other = await alice.call('GET', url);
      // The slow one may not have arrived yet.
      while (other.status === 200) other = await alice.call('GET', url);
      assert.equal(other.status, 423);
      assert.equal(other.body.code, 'conflict');
      assert.equal(other.headers.get('retry-after'), '1');
      await writer.write(random(50));
      await writer.close();
      assert.equal((await slow).status, 200);
      assert.equal(await offsetOf(url), 100);
    });

    it('may be of a file whose size nobody knows yet', async () => {
      const file = random(11 * MIB + 5);
      const range = (start: number, end: number) => ({
        'content-range': `bytes ${start}-${end - 1}/*`,
      });
      const first = await alice.call(
        'PUT',
        '/chunks?filename=tape.bin',
        range(0, 6 * MIB),
        file.subarray(0, 6 * MIB),
      );
      assert.equal(first.status, 201, JSON.stringify(first.body));
      assert.equal(first.body.bytes, null);
      const { url } = first.body;
      const rest = file.subarray(6 * MIB);
      const second = await alice.call('PUT', url, range(6 * MIB, file.length), rest);
      assert.equal(second.body.offset, file.length);
      const { body } = await alice.call('POST', url);
      assert.equal(body.bytes, file.length);
      assert.deepEqual(await download(running(), body.key), file);
    });

    it('come in forms, by the name of a field', async () => {
      const file = random(6 * MIB);
      const form = (start: number, end: number, field: string) => {
        const data = new FormData();
        data.set('filename', 'Zoë’s film.mp4');
        data.set('metadata[camera]', 'Super 8');
        data.set(field, new Blob([file.slice(start, end)], { type: 'video/mp4' }), 'blob');
        return data;
      };
      const range = (start: number, end: number) => ({
        'content-range': `bytes ${start}-${end - 1}/${file.length}`,
      });
      const first = await alice.call('PUT', '/chunks', range(0, 100), form(0, 100, 'file'));
      assert.equal(first.status, 201, JSON.stringify(first.body));
      assert.equal(first.body.name, 'Zoë’s film.mp4');
      assert.equal(first.body.type, 'video/mp4');
      const { url } = first.body;
      const path = `${new URL(url).pathname}?field=my_file`;
      const second = await alice.call(
        'PUT',
        path,
        range(100, file.length),
        form(100, file.length, 'my_file'),
      );
      assert.equal(second.body.offset, file.length, JSON.stringify(second.body));
      const finish = new FormData();
      finish.set('nothing', 'to verify');
      const { body } = await alice.call('POST', url, {}, finish);
      assert.deepEqual(await download(running(), body.key), file);
      const object = await running().store.head(body.key);
      assert.deepEqual(object?.metadata, { camera: 'Super 8' });
      assert.equal(object?.type, 'video/mp4');
    });

    for (const method of ['POST', 'PUT']) {
      it(`are not needed: ${method} takes the whole file at once`, async () => {
        for (const bytes of [0, 10, 6 * MIB]) {
          const file = random(bytes);
          const headers = {
            'content-disposition': `attachment; filename="x.txt"; filename*=UTF-8''%C3%BC%20%C3%A4.txt`,
            'content-type': 'text/plain',
          };
          const { status, body } = await alice.call(method, '/chunks', headers, file);
          assert.equal(status, 201, JSON.stringify(body));
          assert.equal(body.state, 'complete');
          assert.equal(body.result?.name, 'ü ä.txt');
          assert.equal(body.result?.type, 'text/plain');
          assert.deepEqual(await download(running(), body.key), file);
        }
        const data = new FormData();
        data.set('file', new Blob(['hello'], { type: 'text/plain' }), 'hello.txt');
        const { body } = await alice.call(method, '/chunks', {}, data);
        assert.equal(body.result?.name, 'hello.txt');
        assert.equal(Buffer.from(await download(running(), body.key)).toString(), 'hello');
      });
    }

    it('begin again with the same id where they have been', async () => {
      const file = random(4000);
      const id = randomUUID();
      const path = `/chunks?filename=film.bin&id=${id}`;
      const first = await alice.put(file, 0, 1000, { url: path });
      const again = await alice.put(file, 0, 1000, { url: path });
      assert.deepEqual([first.status, again.status], [201, 409]);
      assert.equal(again.body.offset, 1000);
      assert.equal((await alice.call('GET', `/chunks/${id}`)).body.offset, 1000);
      const other = await alice.put(random(5000), 0, 1000, { url: path });
      assert.equal(other.status, 409);
      assert.equal(other.body.field, 'id');
    });

    it('are in the list like any other upload', async () => {
      const { body: made } = await alice.put(random(3000), 0, 1000);
      const list = await alice.call('GET', '/chunks');
      const { uploads } = list.body as unknown as ListAnswer;
      const row = uploads.find(({ id }) => id === made.id);
      assert.deepEqual([row?.state, row?.name, row?.bytes], ['open', 'film.bin', 3000]);
    });

    it('end with DELETE, and nothing of them stays', async () => {
      const { body: made } = await alice.put(random(6 * MIB), 0, 4 * MIB);
      assert.ok(await running().store.head(tailKeyOf(made.url)));
      assert.equal((await alice.call('DELETE', made.url)).status, 204);
      assert.equal(await running().store.head(tailKeyOf(made.url)), undefined);
      const gone = await alice.call('GET', made.url);
      assert.ok([409, 410].includes(gone.status), String(gone.status));
      const put = await alice.put(random(6 * MIB), 100, 200, { url: made.url });
      assert.ok([409, 410].includes(put.status), String(put.status));
      const done = await alice.call('POST', '/chunks?filename=a', {}, random(10));
      assert.equal((await alice.call('DELETE', done.body.url)).status, 409);
      assert.equal((await alice.call('DELETE', `/uploads/${done.body.id}`)).status, 204);
    });

    it('finish as often as they are asked to, and only when all have come', async () => {
      const file = random(6 * MIB);
      const { body: made } = await alice.put(file, 0, MIB);
      const early = await alice.call('POST', made.url);
      assert.equal(early.status, 422);
      assert.equal(early.body.code, 'incomplete');
      await alice.put(file, MIB, file.length, { url: made.url });
      const answers = [await alice.call('POST', made.url), await alice.call('POST', made.url)];
      assert.deepEqual(answers[0]?.body.result, answers[1]?.body.result);
      const { events } = await lab.seen();
      const completed = events.filter(
        ({ type, upload }) => type === 'completed' && upload.id === made.id,
      );
      assert.equal(completed.length, 1);
    });

    /** Finishes with these fields, as often as the answer asks for it. */
    const finish = async (url: string, fields: Record<string, string>) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      for (;;) {
        const answer = await alice.call('POST', url, type, new URLSearchParams(fields).toString());
        if (answer.status !== 202) return answer;
        assert.equal(answer.body.state, 'verifying');
        assert.equal(answer.headers.get('retry-after'), '1');
        const { body } = await alice.call('GET', url);
        assert.ok(['verifying', 'complete'].includes(body.state), body.state);
      }
    };
    const hex = (algorithm: string, file: Uint8Array) =>
      createHash(algorithm).update(file).digest('hex');

    it('are verified by the checksum of the whole file', async () => {
      const file = random(6 * MIB);
      for (const algorithm of ['md5', 'sha1', 'sha256']) {
        const { body: made } = await alice.putAll(file, 4 * MIB);
        const digest = hex(algorithm, file);
        const { status, body } = await finish(made.url, { [algorithm]: digest });
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal(body.result?.checksumAlgorithm, algorithm);
        assert.equal(Buffer.from(body.result?.checksum ?? '', 'base64').toString('hex'), digest);
        const again = await finish(made.url, { [algorithm]: hex(algorithm, random(10)) });
        assert.equal(again.status, 422, 'another one, later');
        assert.ok(await running().store.head(body.key), 'what was verified stays');
      }
    });

    it('are removed if the checksum of the whole file is wrong', async () => {
      const file = random(6 * MIB);
      for (const algorithm of ['md5', 'sha256']) {
        const { body: made } = await alice.putAll(file, 4 * MIB);
        for (let count = 0; count < 2; count += 1) {
          const { status, body } = await finish(made.url, {
            [algorithm]: hex(algorithm, random(10)),
          });
          assert.equal(status, 422, JSON.stringify(body));
          assert.equal(body.code, 'checksum_mismatch');
        }
        assert.equal(await running().store.head(made.key), undefined);
      }
    });

    it('are not called verified if they cannot be, and can be finished without', async () => {
      const file = random(33 * MIB);
      const { body: made } = await alice.putAll(file, 11 * MIB);
      const { status, body } = await finish(made.url, { sha1: hex('sha1', file) });
      assert.equal(status, 400);
      assert.equal(body.field, 'sha1');
      assert.match(body.detail, /VERIFY_MAX_BYTES/);
      const done = await alice.call('POST', made.url);
      assert.equal(done.status, 200);
      assert.equal(done.body.result?.checksum, undefined);
    });

    it('are verified in one request, too', async () => {
      const file = random(1000);
      const at = (digest: string) => `/chunks?filename=a.bin&sha256=${digest}`;
      const right = await alice.call('POST', at(hex('sha256', file)), {}, file);
      assert.equal(right.status, 201, JSON.stringify(right.body));
      assert.equal(right.body.result?.checksumAlgorithm, 'sha256');
      const wrong = await alice.call('POST', at(hex('sha256', random(3))), {}, file);
      assert.equal(wrong.status, 422);
      assert.equal(wrong.body.code, 'checksum_mismatch');
    });
  },
);

onEveryStore(
  'two isolates',
  ({ listParts }) => listParts,
  (running) => {
    it('that take chunks of one upload at once do not mix them up', async () => {
      const settings = { RELAY: 'on', KEY_PREFIX: `worker-tests/${randomUUID()}/` };
      const labs = await startTogether(
        startLab(running(), settings),
        startLab(running(), settings),
      );
      try {
        const [here, there] = await Promise.all(labs.map((lab) => callerOf(lab)));
        assert.ok(here && there);
        const file = random(23 * MIB);
        const { body } = await here.put(file, 0, 1000);
        const { url } = body;
        for (let offset = 1000, size = 1; offset < file.length; size += 1_700_000) {
          const answers = await Promise.all([
            here.put(file, offset, Math.min(offset + size, file.length), { url }),
            there.put(file, offset, Math.min(offset + 2 * size, file.length), { url }),
          ]);
          for (const { status } of answers) assert.ok([200, 409].includes(status), String(status));
          offset = (await there.call('GET', url)).body.offset;
        }
        const { body: done } = await here.call('POST', url);
        assert.equal(done.result?.bytes, file.length, JSON.stringify(done));
        assert.deepEqual(await download(running(), done.key), file);
      } finally {
        await Promise.all(labs.map((lab) => lab.stop()));
      }
    });
  },
);
