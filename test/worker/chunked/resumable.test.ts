/** Resumable Uploads for HTTP: https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/ */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Result } from '../../../worker/protocol.ts';
import { MIB, startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, hangUp, type Caller } from './calling.ts';

const NAMED = { 'content-disposition': 'inline; filename="film.mp4"', 'content-type': 'video/mp4' };

onEveryStore(
  'resumable uploads for HTTP',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    before(async () => {
      lab = await startLab(running(), { RELAY: 'on', MAX_BYTES: '60MiB' });
      alice = await callerOf(lab);
    });
    after(() => lab.stop());

    /** Creates without bytes; its URL. */
    const create = async (length?: number): Promise<string> => {
      const { status, headers, body } = await alice.call('POST', '/chunks', {
        ...NAMED,
        'upload-complete': '?0',
        ...(length !== undefined && { 'upload-length': String(length) }),
      });
      assert.equal(status, 201, JSON.stringify(body));
      return headers.get('location') ?? '';
    };

    it('tell their limits on OPTIONS', async () => {
      const { headers } = await lab.fetch('/chunks', { method: 'OPTIONS' });
      assert.equal(headers.get('upload-limit'), `max-size=${60 * MIB}`);
      assert.equal(headers.get('accept-patch'), 'application/partial-upload');
    });

    it('take a whole file in one request', async () => {
      for (const bytes of [0, 6 * MIB]) {
        const file = random(bytes);
        const headers = { ...NAMED, 'upload-complete': '?1' };
        const answer = await alice.call('POST', '/chunks', headers, file);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.headers.get('upload-complete'), '?1');
        const result = answer.body as unknown as Result;
        assert.equal(result.name, 'film.mp4');
        assert.equal(result.type, 'video/mp4');
        assert.deepEqual(await download(running(), result.key), file);
      }
    });

    it('take a file in several, whose length is known or not', async () => {
      for (const isKnown of [true, false]) {
        const file = random(12 * MIB + 7);
        const url = await create(isKnown ? file.length : undefined);
        const steps = [0, 100, 6 * MIB, file.length];
        for (const [index, start] of steps.slice(0, -1).entries()) {
          const end = steps[index + 1] ?? 0;
          const isLast = end === file.length;
          const answer = await alice.patch(url, start, file.subarray(start, end), isLast);
          assert.equal(answer.status, isLast ? 200 : 204, JSON.stringify(answer.body));
          assert.equal(answer.headers.get('upload-complete'), isLast ? '?1' : '?0');
          assert.equal(answer.headers.get('upload-offset'), String(end));
          if (isLast) {
            const { key } = answer.body as unknown as Result;
            assert.deepEqual(await download(running(), key), file);
          }
        }
      }
    });

    it('complete without further bytes', async () => {
      const file = random(6 * MIB);
      for (const length of [file.length, undefined]) {
        const url = await create(length);
        await alice.patch(url, 0, file, false);
        const head = await alice.call('HEAD', url);
        assert.equal(head.headers.get('upload-complete'), '?0');
        const { status, body } = await alice.patch(url, file.length, new Uint8Array(), true);
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual(await download(running(), (body as unknown as Result).key), file);
      }
    });

    it('say on HEAD how far they have come', async () => {
      const url = await create(1000);
      await alice.patch(url, 0, random(400), false);
      const { status, headers } = await alice.call('HEAD', url);
      assert.equal(status, 204);
      assert.equal(headers.get('upload-offset'), '400');
      assert.equal(headers.get('upload-length'), '1000');
      assert.equal(headers.get('upload-complete'), '?0');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.match(headers.get('upload-limit') ?? '', /^max-size=1000, max-age=\d+$/);
      await alice.patch(url, 400, random(600), true);
      const done = await alice.call('HEAD', url);
      assert.equal(done.headers.get('upload-complete'), '?1');
      assert.equal(done.headers.get('upload-offset'), '1000');
    });

    it('keep what had come when the line broke', async () => {
      const file = random(12 * MIB);
      const url = await create(file.length);
      const headers = {
        authorization: alice.authorization,
        'content-type': 'application/partial-upload',
        'upload-offset': '0',
        'upload-complete': '?1',
        'content-length': String(file.length),
      };
      await hangUp(lab, ['PATCH', url], headers, file.subarray(0, 8 * MIB));
      const head = await alice.call('HEAD', url);
      assert.equal(head.headers.get('upload-complete'), '?0');
      const offset = Number(head.headers.get('upload-offset'));
      assert.ok(offset >= 5 * MIB && offset <= 8 * MIB, String(offset));
      const { body } = await alice.patch(url, offset, file.subarray(offset), true);
      assert.deepEqual(await download(running(), (body as unknown as Result).key), file);
    });

    it('are told the offset by a problem of its own', async () => {
      const url = await create(1000);
      await alice.patch(url, 0, random(400), false);
      const { status, headers, body } = await alice.patch(url, 300, random(100), false);
      assert.equal(status, 409);
      assert.equal(headers.get('upload-offset'), '400');
      assert.equal(headers.get('upload-complete'), '?0');
      const problem = body as unknown as Record<string, unknown>;
      assert.equal(
        problem['type'],
        'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
      );
      assert.equal(problem['expected-offset'], 400);
      assert.equal(problem['provided-offset'], 300);
    });

    it('are held to the length that they gave', async () => {
      const known = await create(1000);
      const answers = [
        await alice.patch(known, 0, random(10), true),
        await alice.patch(known, 0, random(10), false, { 'upload-length': '999' }),
        await alice.call(
          'POST',
          '/chunks',
          { ...NAMED, 'upload-complete': '?1', 'upload-length': '11' },
          random(10),
        ),
      ];
      for (const { status, body } of answers) {
        assert.equal(status, 400);
        assert.equal(
          (body as { type: string }).type,
          'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
        );
      }
      assert.equal((await alice.patch(known, 0, random(1001), false)).status, 413);
    });

    it('compare Content-Digest before they take anything', async () => {
      const bytes = random(500);
      const digest = (of: Uint8Array) => ({
        'content-digest': `sha-256=:${createHash('sha256').update(of).digest('base64')}:`,
      });
      const url = await create(1000);
      const wrong = await alice.patch(url, 0, bytes, false, digest(random(500)));
      assert.equal(wrong.status, 422);
      assert.equal(wrong.body.code, 'checksum_mismatch');
      assert.equal((await alice.call('HEAD', url)).headers.get('upload-offset'), '0');
      assert.equal((await alice.patch(url, 0, bytes, false, digest(bytes))).status, 204);
    });

    it('verify Repr-Digest of the whole file', async () => {
      const file = random(1000);
      const digest = (of: Uint8Array) => ({
        'repr-digest': `sha-256=:${createHash('sha256').update(of).digest('base64')}:`,
      });
      const headers = { ...NAMED, 'upload-complete': '?1' };
      const right = await alice.call('POST', '/chunks', { ...headers, ...digest(file) }, file);
      assert.equal(right.status, 200, JSON.stringify(right.body));
      assert.equal((right.body as unknown as Result).checksumAlgorithm, 'sha256');
      const wrong = await alice.call('POST', '/chunks', { ...headers, ...digest(random(3)) }, file);
      assert.equal(wrong.status, 422);
      assert.equal(wrong.body.code, 'checksum_mismatch');
      const url = await create(1000);
      const last = await alice.patch(url, 0, file, true, digest(random(3)));
      assert.equal(last.status, 422);
    });

    it('end with DELETE', async () => {
      const url = await create(1000);
      assert.equal((await alice.call('DELETE', url)).status, 204);
      const { status } = await alice.call('HEAD', url);
      assert.ok([404, 409, 410].includes(status), String(status));
    });

    it('are refused without what they need', async () => {
      const url = await create(1000);
      const type = { 'content-type': 'application/partial-upload' };
      const offset = { 'upload-offset': '0' };
      const complete = { 'upload-complete': '?0' };
      const cases: [Record<string, string>, number][] = [
        [{ ...type, ...offset }, 400],
        [{ ...type, ...complete }, 400],
        [{ ...type, ...offset, 'upload-complete': 'yes' }, 400],
        [{ ...type, ...complete, 'upload-offset': '-1' }, 400],
        [{ ...offset, 'content-type': 'text/plain' }, 415],
        [{ ...offset, ...complete, 'content-type': 'text/plain' }, 415],
      ];
      for (const [headers, status] of cases) {
        const answer = await alice.call('PATCH', url, headers, random(10));
        assert.equal(answer.status, status, JSON.stringify(headers));
        assert.ok(answer.body.detail);
      }
    });
  },
);
