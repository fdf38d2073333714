/** Attempts to use again what is over, and to find out what there is. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SignAnswer } from '../../../worker/protocol.ts';
import { MIB } from '../harness.ts';
import { download, random, send } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import { fresh, isRefused, refused, refusedByStore, signedPart, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;

export const replaying = {
  async afterAbort(scene) {
    const { mallory, running } = scene;
    const { upload, body } = await fresh(scene, 6 * MIB);
    const parts = await mallory.sendParts(upload, body, [1]);
    const request = await signedPart(mallory, upload, body, 2);
    assert.equal((await mallory.delete(`/uploads/${upload.id}`)).status, 204);
    const answers = [
      await refusedByStore(send(request, body.subarray(5 * MIB))),
      refused(await mallory.complete(upload, { parts })),
      refused(await mallory.post(`/uploads/${upload.id}/resume`), 404, 409, 410),
    ];
    const { body: signed } = await mallory.sign(upload, body, [2]);
    for (const again of signed.requests ?? []) {
      answers.push(await refusedByStore(send(again, body.subarray(5 * MIB))));
    }
    assert.equal(await running.store.head(upload.key), undefined);
    return met(...answers);
  },

  async afterComplete(scene) {
    const { mallory, running } = scene;
    const { upload, body } = await fresh(scene, 6 * MIB);
    const request = await signedPart(mallory, upload, body, 2);
    const parts = await mallory.sendParts(upload, body);
    const { body: first } = await mallory.complete(upload, { parts });
    // Swift takes the part once more, if its MD5 is the same; see `sameChecksum`.
    const sent = await send(request, body.subarray(5 * MIB));
    await sent.text();
    const { body: second } = await mallory.complete(upload, { parts: parts.toReversed() });
    assert.deepEqual(second, first);
    assert.equal((await running.store.head(upload.key))?.etag, first.etag);
    assert.deepEqual(await download(running, upload.key), body);
    return met(`store ${sent.status}`, 'the same answer and object');
  },

  async expiredUrl(scene) {
    const { lab, mallory } = scene;
    const { upload, body } = await fresh(scene, 1000);
    // Signed an hour ago, for a quarter of an hour.
    // By such a clock the Worker cannot ask the store itself whether the file is there already.
    const notThere = { on: ['HEAD', '/'] as const, status: 404 };
    await lab.bend({ everyClockMs: -3_600_000, store: [notThere] });
    const early = await mallory.sign(upload, body, [1]);
    const { body: link } = await mallory.get<{ url: string }>(`/uploads/${scene.done.id}/file`, {
      accept: 'application/json',
    });
    await lab.bend({});
    const [request] = early.body.requests;
    assert.ok(request);
    return met(await refusedByStore(send(request, body)), await refusedByStore(fetch(link.url)));
  },

  async expiredToken(scene) {
    const { lab, mallory } = scene;
    const exp = Math.floor(Date.now() / 1000) + 4 * 86_400;
    const late = await lab.as('mallory', { exp, upload: { expiresIn: 86_400 } });
    const body = random(6 * MIB);
    const upload = await late.create({ bytes: body.length, name: 'late.png', type: 'image/png' });
    await lab.bend({ clockMs: 2 * DAY_MS });
    const answers = [
      refused(await late.sign(upload, body, [1]), 410),
      refused(await late.complete(upload, { parts: [] }), 410),
      refused(await late.post(`/uploads/${upload.id}/resume`), 410),
    ];
    await lab.bend({});
    await mallory.delete(`/uploads/${upload.id}`);
    return met(...answers);
  },

  async keptOpen({ lab }) {
    const exp = Math.floor(Date.now() / 1000) + 30 * 86_400;
    const upload = { expiresIn: 5 * 86_400, maxOpen: 1 };
    const mallory = await lab.as(`mallory-${randomUUID()}`, { exp, upload });
    const body = random(6 * MIB);
    const file = { bytes: body.length, name: 'open.png', type: 'image/png' };
    let open = await mallory.create(file);
    for (let days = 1; days < 5; days++) {
      await lab.bend({ clockMs: days * DAY_MS });
      const { body: signed } = await mallory.sign(open, body, [1]);
      const { token } = signed as SignAnswer;
      if (token !== undefined) open = Object.assign(open, { token });
      assert.equal(signed.requests.length, 1);
      const other = await mallory.tryCreate(file);
      assert.equal(isRefused(other) && other.problem.code, 'rate_limited', 'it counts as open');
    }
    await lab.bend({ clockMs: 5 * DAY_MS });
    const answers = [
      refused(await mallory.sign(open, body, [1]), 410),
      refused(await mallory.post(`/uploads/${open.id}/resume`), 410),
    ];
    await lab.bend({});
    return met(...answers);
  },

  async createAgain({ mallory, open, done }) {
    const answers: string[] = [];
    const sizes = new Map([
      [open.id, 6 * MIB],
      [done.id, 2000],
    ]);
    for (const { id } of [open, done]) {
      const bytes = sizes.get(id) ?? 0;
      const name = id === open.id ? 'open.png' : 'done.png';
      const others = [
        { bytes: bytes + 1, name, type: 'image/png' },
        { bytes, name: 'other.png', type: 'image/png' },
        { bytes, name, type: 'image/gif' },
      ];
      for (const file of others) {
        const slot = await mallory.tryCreate({ id, ...file });
        assert.ok(isRefused(slot));
        answers.push(String(slot.problem.status));
      }
    }
    return met(...answers);
  },

  async guessedIds({ mallory, hers }) {
    const answers: string[] = [];
    for (const { id } of [hers.done, hers.open]) {
      for (const [method, rest] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/file'],
        ['POST', '/resume'],
        ['POST', '/complete'],
      ] as const) {
        const ask = async (of: string) => {
          const { status, body } = await mallory.call(
            method,
            `/uploads/${of}${rest}`,
            undefined,
            {},
          );
          return JSON.stringify({ status, body });
        };
        const [known, unknown] = [await ask(id), await ask(randomUUID())];
        assert.equal(known, unknown, `${method} ${rest}`);
        answers.push(String((JSON.parse(known) as { status: number }).status));
      }
    }
    return met(...answers);
  },

  async oddPaths({ lab, mallory, hers }) {
    const { id } = hers.done;
    const ids = [
      `%2e%2e/${id}`,
      `..%2f${id}`,
      `${id}%00`,
      `${id}%0a`,
      `${id}/`,
      `${id}%2ffile`,
      `{${id}}`,
      id.toUpperCase(),
      id.replaceAll('-', ''),
      '%',
      'x'.repeat(10_000),
    ];
    const answers: string[] = [];
    for (const odd of ids) {
      for (const rest of ['', '/file']) {
        const answer = await mallory.get(`/uploads/${odd}${rest}`);
        answers.push(refused(answer, 400, 404, 414));
      }
    }
    for (const path of [`/uploads//${id}`, `/uploads/;/${id}`, `/uploads\\${id}`]) {
      const answer = await lab.with({}).get(path);
      answers.push(refused(answer));
    }
    return met(...answers);
  },

  async leakyErrors(scene) {
    const { lab, mallory, open, running, hers } = scene;
    const answers = [
      await mallory.post('/uploads', 'not json'),
      await mallory.post('/uploads', { files: 'x' }),
      await mallory.get('/uploads?limit=x'),
      await mallory.post(`/uploads/${open.id}/sign`, {}, { 'upload-token': 'x' }),
      await lab.with({ authorization: 'Bearer x.y.z' }).get('/uploads'),
      await mallory.get(`/uploads/${hers.done.id}`),
      await mallory.get('/nothing'),
      ...(await withBrokenStore(scene)),
    ];
    const { accessKeyId, secretAccessKey } = running.credentials;
    for (const { status, body } of answers) {
      const text = JSON.stringify(body);
      assert.ok(status >= 400, text);
      for (const secret of [accessKeyId, secretAccessKey, hers.done.key, 'Signature=', '.ts:']) {
        assert.ok(!text.includes(secret), text);
      }
      assert.equal((body as { code?: string }).code === undefined, false, text);
    }
    return 'problems';
  },
} satisfies Record<string, Attack>;

async function withBrokenStore({ lab, mallory, open }: Scene) {
  const answers = [];
  for (const fault of [
    { cut: 'before' as const },
    { status: 403, body: '<Error><Code>SignatureDoesNotMatch</Code></Error>' },
    { status: 500, body: '<html>stack at index.ts:1</html>' },
  ]) {
    await lab.bend({
      store: ['GET', 'HEAD', 'POST'].map((method) => ({ on: [method, '/'] as const, ...fault })),
    });
    answers.push(await mallory.complete<unknown>(open, { parts: [] }));
  }
  await lab.bend({});
  return answers;
}
