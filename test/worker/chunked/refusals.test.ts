/** What `/chunks` refuses, by which code, and that nothing of it is kept. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { MIB, startLab, tokenOf, type Lab } from '../harness.ts';
import { localR2, onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, tailKeyOf, type Answer, type Caller } from './calling.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

onEveryStore(
  'what chunks are refused',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    let bob: Caller;
    before(async () => {
      lab = await startLab(running(), {
        RELAY: 'on',
        COMPANION: 'on',
        MAX_BYTES: '20MiB',
        MIN_BYTES: '2',
        ACCEPT: '.bin,.txt',
        UPLOAD_TTL: '1h',
      });
      alice = await callerOf(lab);
      bob = await callerOf(lab, 'bob');
    });
    after(() => lab.stop());

    const file = random(6 * MIB);
    const begun = async (): Promise<string> => (await alice.put(file, 0, 1000)).body.url;
    const range = (text: string) => ({ 'content-range': text });
    const chunk = random(100);

    const refusals: readonly [
      what: string,
      call: () => Promise<Answer>,
      status: number,
      code: string,
      field?: string,
    ][] = [
      [
        'a first chunk without a name',
        () => alice.call('PUT', '/chunks', range('bytes 0-99/1000'), chunk),
        400,
        'invalid_request',
        'filename',
      ],
      [
        'a range that is none',
        () => alice.call('PUT', '/chunks?filename=a.bin', range('0-99/1000'), chunk),
        400,
        'invalid_request',
        'content-range',
      ],
      [
        'a range that ends after the file',
        () => alice.call('PUT', '/chunks?filename=a.bin', range('bytes 0-99/50'), chunk),
        400,
        'invalid_request',
        'content-range',
      ],
      [
        'a chunk of another length than its range',
        () => alice.call('PUT', '/chunks?filename=a.bin', range('bytes 0-98/1000'), chunk),
        400,
        'invalid_request',
        'content-range',
      ],
      [
        'a later chunk without a range',
        async () => alice.call('PUT', await begun(), {}, chunk),
        400,
        'invalid_request',
        'content-range',
      ],
      [
        'a later chunk of a file of another size',
        async () => alice.call('PUT', await begun(), range('bytes 1000-1099/7000'), chunk),
        400,
        'invalid_request',
        'content-range',
      ],
      [
        'a chunk elsewhere',
        async () => alice.put(file, 900, 1000, { url: await begun() }),
        409,
        'conflict',
        'offset',
      ],
      [
        'a file that is too large',
        () => alice.call('PUT', '/chunks?filename=a.bin', range('bytes 0-99/99999999'), chunk),
        413,
        'too_large',
        'bytes',
      ],
      [
        'a file that is too small',
        () => alice.call('POST', '/chunks?filename=a.bin', {}, random(1)),
        400,
        'invalid_request',
        'bytes',
      ],
      [
        'a whole file that is too large, before it is read',
        () => alice.call('POST', '/chunks?filename=a.bin', {}, random(21 * MIB)),
        413,
        'too_large',
        'bytes',
      ],
      [
        'a file of another kind',
        () => alice.call('POST', '/chunks?filename=a.exe', {}, chunk),
        415,
        'type_not_allowed',
        'type',
      ],
      [
        'an id that is none',
        () => alice.call('POST', '/chunks?filename=a.bin&id=x', {}, chunk),
        400,
        'invalid_request',
        'id',
      ],
      [
        'an upload that is not there',
        () => alice.put(file, 0, 100, { url: '/chunks/nothing' }),
        404,
        'not_found',
      ],
      [
        'an id that is not there',
        () => alice.call('GET', `/chunks/${randomUUID()}`),
        404,
        'not_found',
      ],
      [
        'a forged URL',
        async () => {
          const url = await begun();
          return alice.call('GET', `${url.slice(0, -3)}${url.endsWith('AAA') ? 'BBB' : 'AAA'}`);
        },
        404,
        'not_found',
      ],
      [
        'an end before the last byte',
        async () => alice.call('POST', await begun()),
        422,
        'incomplete',
        'offset',
      ],
      [
        'a form without a file',
        () => {
          const form = new FormData();
          form.set('filename', 'a.bin');
          return alice.call('POST', '/chunks', {}, form);
        },
        400,
        'invalid_request',
      ],
      [
        'a checksum that is none',
        async () =>
          alice.call(
            'POST',
            await begun(),
            { 'content-type': 'application/json' },
            JSON.stringify({ md5: 'abc' }),
          ),
        400,
        'invalid_request',
        'md5',
      ],
      [
        'a PATCH of no protocol',
        async () => alice.call('PATCH', await begun(), {}, chunk),
        415,
        'invalid_request',
        'content-type',
      ],
      [
        'nobody',
        () => alice.call('PUT', '/chunks?filename=a.bin', { authorization: 'Bearer x' }, chunk),
        401,
        'unauthenticated',
      ],
    ];
    for (const [what, call, status, code, field] of refusals) {
      it(`${what}: ${status} ${code}`, async () => {
        const { body, ...answer } = await call();
        assert.equal(answer.status, status, JSON.stringify(body));
        assert.equal(body.code, code);
        assert.equal(body.field, field);
        assert.ok(body.detail);
        assert.match(answer.headers.get('content-type') ?? '', /problem\+json/);
      });
    }

    it('expired: 410, and nothing of it stays at the store', async () => {
      const { body } = await alice.put(file, 0, 1000);
      assert.ok(await running().store.head(tailKeyOf(body.url)), 'the bytes wait in a tail');
      await lab.bend({ clockMs: 3_700_000 });
      try {
        const answers = [
          await alice.put(file, 1000, 2000, { url: body.url }),
          await alice.call('GET', body.url),
          await alice.tus('HEAD', body.url),
        ];
        for (const { status } of answers) assert.equal(status, 410);
        assert.equal(answers[0]?.body.code, 'expired');
        await lab.bend({ clockMs: 8_000_000 });
        await lab.sweep();
      } finally {
        await lab.bend({});
      }
      assert.equal(await running().store.head(tailKeyOf(body.url)), undefined);
      const id = { id: body.id };
      for (const { status, body: problem } of [
        await alice.call('GET', body.url),
        await alice.put(file, 1000, 2000, { url: body.url }),
        await alice.call('POST', '/chunks', JSON_TYPE, JSON.stringify({ name: 'film.bin', ...id })),
      ]) {
        assert.deepEqual([status, problem.code], [410, 'gone'], 'the upkeep has aborted it');
      }
    });

    it('not what moves: each chunk extends the upload, whose URL stays good', async () => {
      const { body } = await alice.put(file, 0, 1000);
      const { url } = body;
      const HOUR = 3_600_000;
      try {
        for (const [hours, start, end] of [
          [0.9, 1000, 2000],
          [1.7, 2000, 3000],
          [2.5, 3000, file.length],
        ] as const) {
          await lab.bend({ clockMs: hours * HOUR });
          const { status, body: answer } = await alice.put(file, start, end, { url });
          assert.equal(status, 200, `${hours} h: ${JSON.stringify(answer)}`);
          assert.ok(Date.parse(answer.expires) > Date.now() + (hours + 0.4) * HOUR);
        }
        await lab.bend({ clockMs: 4.5 * HOUR });
        assert.equal((await alice.call('GET', url)).status, 410, 'it has not moved for 2 h');
        const { status, body: done } = await alice.call('POST', url);
        assert.equal(status, 200, 'what has come is completed, whatever the clock says');
        assert.equal(done.result?.bytes, file.length);
      } finally {
        await lab.bend({});
      }
    });

    it('somebody else’s: there is no such upload', async () => {
      const { body } = await alice.put(file, 0, 1000);
      const answers = [
        await bob.call('GET', body.url),
        await bob.put(file, 1000, 2000, { url: body.url }),
        await bob.call('POST', body.url),
        await bob.call('DELETE', body.url),
        await bob.tus('HEAD', body.url),
        await bob.tusPatch(body.url, 1000, chunk),
        await bob.patch(body.url, 1000, chunk, false),
        await bob.call('GET', `/chunks/${body.id}`),
      ];
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [404]);
      assert.equal((await alice.call('GET', body.url)).body.offset, 1000);
    });

    it('more than was announced: nothing of it is taken', async () => {
      const url = await alice.tusCreate({
        'upload-length': '10',
        'upload-metadata': `filename ${btoa('a.bin')}`,
      });
      assert.equal((await alice.tusPatch(url, 0, random(11))).status, 413);
      const endless = await lab.fetch(new URL(url).pathname, {
        method: 'PATCH',
        headers: {
          authorization: alice.authorization,
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: new Blob([new Uint8Array(random(11))]).stream(),
        ...({ duplex: 'half' } as object),
      });
      assert.equal(endless.status, 413, 'a body that does not say its length');
      assert.equal((await alice.tus('HEAD', url)).headers.get('upload-offset'), '0');
    });

    for (const [action, call] of [
      ['create', () => alice.put(file, 0, 1000)],
      ['sign', async () => alice.put(file, 1000, 2000, { url: await begun() })],
    ] as const) {
      it(`what the policy hook refuses for ${action}`, async () => {
        await lab.bend({ deny: action });
        const { status, body } = await call();
        await lab.bend({});
        assert.equal(status, 403, JSON.stringify(body));
      });
    }

    it('what the policy hook refuses at the end: nothing stays', async () => {
      const { body } = await alice.put(file, 0, file.length);
      await lab.bend({ deny: 'complete' });
      const refused = await alice.call('POST', body.url);
      await lab.bend({});
      assert.equal(refused.status, 403);
      assert.equal(await running().store.head(body.key), undefined);
      const { status } = await alice.call('GET', body.url);
      assert.ok([409, 410].includes(status), String(status));
    });

    it('a key of the client’s own: names stay in the owner’s folder', async () => {
      const { body: plain } = await alice.call('POST', '/chunks?filename=a.bin', {}, chunk);
      const folder = plain.key.split('/').slice(0, -2).join('/');
      for (const name of ['../../x.bin', '/x.bin', '..\\x.bin', `.${'0'.repeat(32)}.part.bin`]) {
        const query = new URLSearchParams({ filename: name, key: 'stolen.bin', prefix: '../' });
        const { body } = await alice.call('POST', `/chunks?${query}`, {}, chunk);
        assert.ok(body.key.startsWith(`${folder}/`), body.key);
        assert.doesNotMatch(body.key, /\/\.|stolen/);
      }
    });

    it('another way in: an upload stays with the protocol that it began with', async () => {
      const { body } = await alice.put(file, 0, 1000);
      const token = new URL(body.url).pathname.split('/').at(-1) ?? '';
      const native = await lab.as('alice');
      const headers = tokenOf({ token });
      const answers = [
        await native.post(`/uploads/${body.id}/sign`, { parts: [{ number: 1 }] }, headers),
        await native.post(`/uploads/${body.id}/complete`, {}, headers),
        await native.post(`/uploads/${body.id}/complete`, {}),
        await native.call('PUT', `/uploads/${body.id}/parts/1`, 'x', headers),
        await native.post(`/uploads/${body.id}/resume`),
      ];
      for (const { status, problem } of answers) {
        assert.equal(status, 409, problem.detail);
        assert.match(problem.detail, /\/chunks/);
      }
      const same = await native.tryCreate({
        id: body.id,
        name: 'film.bin',
        bytes: file.length,
      });
      assert.ok('problem' in same && same.problem.code === 'conflict');
      const companion = await native.get(
        `/companion/s3/multipart/${token}/1?key=${encodeURIComponent(body.key)}`,
      );
      assert.equal(companion.status, 404);
      const ours = await native.create({ name: 'a.bin', bytes: 6 * MIB });
      assert.equal((await alice.call('GET', `/chunks/${ours.token}`)).status, 404);
    });
  },
);

describe('limits over all uploads of an owner', () => {
  it('count what comes in chunks', async () => {
    const { running, stop } = await localR2.start();
    const lab = await startLab(running, {
      RELAY: 'on',
      MAX_TOTAL_BYTES: '10MiB',
      MAX_OPEN_UPLOADS: '2',
    });
    try {
      const alice = await callerOf(lab);
      const file = random(4 * MIB);
      const first = await alice.put(file, 0, 1000);
      const second = await alice.put(file, 0, 1000);
      assert.deepEqual([first.status, second.status], [201, 201]);
      const third = await alice.put(random(1 * MIB), 0, 1000);
      assert.equal(third.status, 429, 'two are open');
      await alice.put(file, 1000, file.length, { url: first.body.url });
      assert.equal((await alice.call('POST', first.body.url)).status, 200);
      const large = await alice.put(file, 0, 1000);
      assert.equal(large.status, 403, 'more than 10 MiB');
      const unknown = await alice.call(
        'PUT',
        '/chunks?filename=a.bin',
        { 'content-range': 'bytes 0-99/*' },
        random(100),
      );
      assert.equal(unknown.status, 201);
      const { url } = unknown.body;
      const beyond = await alice.call(
        'PUT',
        url,
        { 'content-range': `bytes 100-${3 * MIB - 1}/*` },
        random(3 * MIB - 100),
      );
      assert.equal(beyond.status, 413, 'room for 2 MiB is left');
      assert.deepEqual(await download(running, first.body.key), file);
    } finally {
      await lab.stop();
      await stop();
    }
  });
});

describe('a Worker without relay', () => {
  it('has no /chunks', async () => {
    const { running, stop } = await localR2.start();
    const lab = await startLab(running);
    try {
      const alice = await callerOf(lab);
      const { status, body } = await alice.put(random(100), 0, 100);
      assert.equal(status, 404);
      assert.equal(body.code, 'not_found');
    } finally {
      await lab.stop();
      await stop();
    }
  });
});
