/** tus 1.0: https://tus.io/protocols/resumable-upload */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { ListAnswer } from '../../../worker/protocol.ts';
import { MIB, startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, hangUp, type Caller } from './calling.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const NAMED = {
  'upload-metadata': `filename ${base64('Zoë.txt')},filetype ${base64('text/plain')}`,
};

onEveryStore(
  'tus',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    before(async () => {
      lab = await startLab(running(), {
        RELAY: 'on',
        MAX_BYTES: '60MiB',
        METADATA: 'camera',
        ALLOWED_ORIGINS: 'https://app.example',
      });
      alice = await callerOf(lab);
    });
    after(() => lab.stop());

    const fileAt = async (url: string) =>
      download(running(), (await alice.call('GET', url)).body.key);

    it('tells anybody what it can do', async () => {
      const response = await lab.fetch('/chunks', { method: 'OPTIONS' });
      assert.equal(response.status, 204);
      assert.equal(response.headers.get('tus-version'), '1.0.0');
      assert.equal(response.headers.get('tus-resumable'), '1.0.0');
      assert.equal(response.headers.get('tus-max-size'), String(60 * MIB));
      assert.equal(response.headers.get('tus-checksum-algorithm'), 'sha1,sha256,sha512');
      const extensions = response.headers.get('tus-extension')?.split(',').sort();
      assert.deepEqual(extensions, [
        'checksum',
        'creation',
        'creation-defer-length',
        'creation-with-upload',
        'expiration',
        'termination',
      ]);
    });

    it('lets pages of an allowed origin send and read its headers', async () => {
      const preflight = await lab.fetch('/chunks/x', {
        method: 'OPTIONS',
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'tus-resumable,upload-offset,authorization',
        },
      });
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/);
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /HEAD/);
      const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
      for (const name of ['tus-resumable', 'upload-offset']) assert.ok(allowed.includes(name));
      const made = await alice.tus('POST', '/chunks', {
        'upload-length': '10',
        origin: 'https://app.example',
      });
      const exposed = made.headers.get('access-control-expose-headers') ?? '';
      for (const name of [
        'Location',
        'Tus-Resumable',
        'Upload-Offset',
        'Upload-Length',
        'Upload-Expires',
      ]) {
        assert.ok(exposed.includes(name), name);
      }
    });

    it('creates, appends and is complete with the last byte', async () => {
      const file = random(12 * MIB + 1);
      const url = await alice.tusCreate({ 'upload-length': String(file.length), ...NAMED });
      for (let start = 0; start < file.length; start += 5_000_000) {
        const { status, headers } = await alice.tusPatch(
          url,
          start,
          file.subarray(start, start + 5_000_000),
        );
        const end = Math.min(start + 5_000_000, file.length);
        assert.equal(status, 204);
        assert.equal(headers.get('upload-offset'), String(end));
        assert.equal(headers.get('tus-resumable'), '1.0.0');
        assert.ok(Date.parse(headers.get('upload-expires') ?? '') > Date.now());
      }
      const { body } = await alice.call('GET', url);
      assert.equal(body.state, 'complete');
      assert.equal(body.result?.name, 'Zoë.txt');
      assert.equal(body.result?.type, 'text/plain');
      assert.deepEqual(await fileAt(url), file);
      assert.equal((await lab.seen()).events.filter(({ type }) => type === 'completed').length, 1);
    });

    it('gives back on HEAD the name, type and folders that the client has sent', async () => {
      const sent = `${NAMED['upload-metadata']},relativePath ${base64('Fotos/Zoë.txt')}`;
      const url = await alice.tusCreate({ 'upload-length': '1000', 'upload-metadata': sent });
      const { headers } = await alice.tus('HEAD', url);
      assert.equal(headers.get('upload-metadata'), sent);
    });

    it('says on HEAD how far an upload has come, even once it is complete', async () => {
      const file = random(1000);
      const url = await alice.tusCreate({ 'upload-length': '1000', ...NAMED });
      await alice.tusPatch(url, 0, file.subarray(0, 400));
      const head = await alice.tus('HEAD', url);
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('upload-offset'), '400');
      assert.equal(head.headers.get('upload-length'), '1000');
      assert.equal(head.headers.get('upload-metadata'), NAMED['upload-metadata']);
      assert.equal(head.headers.get('cache-control'), 'no-store');
      await alice.tusPatch(url, 400, file.subarray(400));
      const { headers } = await alice.tus('HEAD', url);
      assert.equal(headers.get('upload-offset'), '1000');
    });

    it('takes the first bytes with the creation', async () => {
      const file = random(7 * MIB);
      const length = { 'upload-length': String(file.length) };
      const first = await alice.tus('POST', '/chunks', length, file.subarray(0, 100));
      assert.equal(first.status, 201);
      assert.equal(first.headers.get('upload-offset'), '100');
      const url = first.headers.get('location') ?? '';
      await alice.tusPatch(url, 100, file.subarray(100));
      assert.deepEqual(await fileAt(url), file);
      const whole = await alice.tus('POST', '/chunks', length, file);
      assert.equal(whole.headers.get('upload-offset'), String(file.length));
      assert.deepEqual(await fileAt(whole.headers.get('location') ?? ''), file);
    });

    it('knows an empty file as complete from the start', async () => {
      const url = await alice.tusCreate({ 'upload-length': '0' });
      assert.equal((await alice.call('GET', url)).body.state, 'complete');
      assert.equal((await fileAt(url)).length, 0);
    });

    it('waits for the length of a stream', async () => {
      const file = random(6 * MIB + 3);
      const url = await alice.tusCreate({ 'upload-defer-length': '1' });
      await alice.tusPatch(url, 0, file.subarray(0, 5 * MIB));
      const head = await alice.tus('HEAD', url);
      assert.equal(head.headers.get('upload-defer-length'), '1');
      assert.equal(head.headers.get('upload-length'), null);
      const last = await alice.tusPatch(url, 5 * MIB, file.subarray(5 * MIB), {
        'upload-length': String(file.length),
      });
      assert.equal(last.status, 204, JSON.stringify(last.body));
      assert.deepEqual(await fileAt(url), file);
    });

    it('keeps the length that it was told in between', async () => {
      const file = random(6 * MIB);
      const url = await alice.tusCreate({ 'upload-defer-length': '1' });
      const length = { 'upload-length': String(file.length) };
      await alice.tusPatch(url, 0, file.subarray(0, 100), length);
      const head = await alice.tus('HEAD', url);
      assert.equal(head.headers.get('upload-length'), String(file.length));
      const other = await alice.tusPatch(url, 100, file.subarray(100, 200), {
        'upload-length': '77',
      });
      assert.equal(other.status, 400);
      await alice.tusPatch(url, 100, file.subarray(100));
      assert.deepEqual(await fileAt(url), file);
    });

    it('counts a stream as the largest that it may be until it is complete, whatever it is told', async () => {
      const carol = await callerOf(lab, `carol-${randomUUID()}`);
      const rowOf = async (state: string) => {
        const { body } = await carol.call('GET', `/uploads?state=${state}`);
        const { uploads } = body as unknown as ListAnswer;
        return uploads.map(({ bytes }) => bytes);
      };
      const file = random(1000);
      const url = await carol.tusCreate({ 'upload-defer-length': '1' });
      await carol.tusPatch(url, 0, file);
      for (const [length, offset, status] of [
        ['1', 0, 400],
        ['1', 1, 400],
        ['2000', 1000, 204],
      ] as const) {
        const answer = await carol.tusPatch(url, offset, file.subarray(0, 0), {
          'upload-length': length,
        });
        assert.equal(answer.status, status, `${length} at ${offset}`);
        assert.deepEqual(await rowOf('open'), [60 * MIB]);
      }
      await carol.tusPatch(url, 1000, file);
      assert.deepEqual(await rowOf('complete'), [2000]);
    });

    it('leaves a stream that is complete as it is, whatever length it is told then', async () => {
      const carol = await callerOf(lab, `carol-${randomUUID()}`);
      const url = await carol.tusCreate({ 'upload-defer-length': '1' });
      const length = { 'upload-length': '1000' };
      assert.equal((await carol.tusPatch(url, 0, random(1000), length)).status, 204);
      const nothing = new Uint8Array();
      const other = await carol.tusPatch(url, 0, nothing, { 'upload-length': '10' });
      assert.equal(other.status, 400);
      assert.equal((await carol.tusPatch(url, 1000, nothing, length)).status, 204);
      const { body } = await carol.call('GET', '/uploads');
      const { uploads } = body as unknown as ListAnswer;
      assert.deepEqual(
        uploads.map(({ state, bytes }) => [state, bytes]),
        [['complete', 1000]],
      );
    });

    it('compares the checksum of a chunk before it takes it', async () => {
      const file = random(1000);
      const url = await alice.tusCreate({ 'upload-length': '1000' });
      const half = file.subarray(0, 500);
      const sum = (algorithm: string, bytes: Uint8Array) => ({
        'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`,
      });
      const wrong = await alice.tusPatch(url, 0, half, sum('sha1', file));
      assert.equal(wrong.status, 460);
      assert.equal(wrong.body.code, 'checksum_mismatch');
      assert.equal((await alice.tus('HEAD', url)).headers.get('upload-offset'), '0');
      const unknown = await alice.tusPatch(url, 0, half, { 'upload-checksum': 'crc99 AAAA' });
      assert.equal(unknown.status, 400);
      assert.equal((await alice.tusPatch(url, 0, half, sum('sha1', half))).status, 204);
      const rest = file.subarray(500);
      assert.equal((await alice.tusPatch(url, 500, rest, sum('sha256', rest))).status, 204);
      assert.deepEqual(await fileAt(url), file);
    });

    it('completes on HEAD what lost its end, and does not call it complete before', async () => {
      const file = random(6 * MIB);
      const url = await alice.tusCreate({ 'upload-length': String(file.length) });
      await lab.bend({ store: [{ on: ['POST', '?uploadId'], status: 503, times: 40 }] });
      const last = await alice.tusPatch(url, 0, file);
      assert.ok(last.status >= 500, JSON.stringify(last.body));
      const during = await alice.tus('HEAD', url);
      assert.ok(during.status >= 500, 'offset and length alike would mean success');
      await lab.bend({});
      const after = await alice.tus('HEAD', url);
      assert.equal(after.headers.get('upload-offset'), String(file.length));
      assert.deepEqual(await fileAt(url), file);
    });

    it('keeps what had come when the line broke', async () => {
      const file = random(12 * MIB);
      const url = await alice.tusCreate({ 'upload-length': String(file.length) });
      const headers = {
        authorization: alice.authorization,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': String(file.length),
      };
      await hangUp(lab, ['PATCH', url], headers, file.subarray(0, 8 * MIB));
      const head = await alice.tus('HEAD', url);
      const offset = Number(head.headers.get('upload-offset'));
      assert.ok(offset >= 5 * MIB && offset <= 8 * MIB, String(offset));
      await alice.tusPatch(url, offset, file.subarray(offset));
      assert.deepEqual(await fileAt(url), file);
    });

    it('ends with DELETE', async () => {
      const url = await alice.tusCreate({ 'upload-length': '1000' });
      await alice.tusPatch(url, 0, random(10));
      const gone = await alice.tus('DELETE', url);
      assert.equal(gone.status, 204);
      assert.equal(gone.headers.get('tus-resumable'), '1.0.0');
      const head = await alice.tus('HEAD', url);
      assert.ok([404, 409, 410].includes(head.status), String(head.status));
      assert.equal(head.headers.get('upload-offset'), null);
    });

    it('takes a PATCH that has to come as a POST', async () => {
      const url = await alice.tusCreate({ 'upload-length': '10' });
      const { status } = await alice.tus(
        'POST',
        url,
        { 'x-http-method-override': 'PATCH', 'upload-offset': '0' },
        random(10),
      );
      assert.equal(status, 204);
      assert.equal((await alice.call('GET', url)).body.state, 'complete');
    });

    const refused: readonly [
      string,
      () => Promise<{ status: number; body: { code: string } }>,
      number,
    ][] = [
      ['another version', () => alice.tus('POST', '/chunks', { 'tus-resumable': '0.2.2' }), 412],
      ['no length', () => alice.tus('POST', '/chunks'), 400],
      ['a length that is none', () => alice.tus('POST', '/chunks', { 'upload-length': '-1' }), 400],
      ['too much', () => alice.tus('POST', '/chunks', { 'upload-length': `${61 * MIB}` }), 413],
      [
        'metadata that is not base64',
        () =>
          alice.tus('POST', '/chunks', { 'upload-length': '1', 'upload-metadata': 'filename é' }),
        400,
      ],
      ['an upload that is not there', () => alice.tus('HEAD', '/chunks/nothing'), 404],
      [
        'a chunk of another type',
        async () => {
          const url = await alice.tusCreate({ 'upload-length': '10' });
          const headers = { 'upload-offset': '0', 'content-type': 'text/plain' };
          return alice.tus('PATCH', url, headers, random(10));
        },
        415,
      ],
      [
        'a chunk without its offset',
        async () =>
          alice.tus('PATCH', await alice.tusCreate({ 'upload-length': '10' }), {}, random(1)),
        400,
      ],
      [
        'a chunk at another offset',
        async () => alice.tusPatch(await alice.tusCreate({ 'upload-length': '10' }), 3, random(1)),
        409,
      ],
      [
        'more than was announced',
        async () => alice.tusPatch(await alice.tusCreate({ 'upload-length': '10' }), 0, random(11)),
        413,
      ],
    ];
    for (const [what, call, status] of refused) {
      it(`answers ${status} to ${what}`, async () => {
        const answer = await call();
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        assert.equal((answer as { headers?: Headers }).headers?.get('tus-resumable'), '1.0.0');
      });
    }
  },
);
