/** Names and owners of any kind, from the URL to the store. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as fc from 'fast-check';
import { cleanName } from '../../worker/object/name.ts';
import { isRefused } from '../../worker/protocol.ts';
import { startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

onEveryStore(
  'names',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    before(async () => {
      lab = await startLab(running());
      alice = await lab.as('auth0|alice');
    });
    after(() => lab.stop());

    const names = [
      '../../other/x',
      '%2e%2e/x',
      '%252e%252e%252fx',
      "a b?#&=+%;:@'()*!.txt",
      '😀 emoji.png',
      'Füße.txt',
      'e\u0301 decomposed.txt',
      'מחשב.txt',
      '"quoted"; filename=evil.exe',
      `${'long '.repeat(60)}.txt`,
      '.htaccess',
      'CON',
      'soap',
      '+',
      '~-_.!',
      '\\\\server\\share\\x.txt',
      '<img src=x onerror=alert(1)>.html',
      '${filename}',
    ];
    for (const name of names) {
      it(`case 4: ${JSON.stringify(name.slice(0, 40))} goes up and is found under its key`, async () => {
        const body = random(20);
        const { answer } = await alice.upload(body, { name });
        assert.equal(answer.status, 200);
        assert.ok(answer.body.key.endsWith(`/${cleanName(name)}`));
        assert.equal(answer.body.name, name);
        assert.deepEqual(await download(running(), answer.body.key), body);
      });
    }

    it('case 1: of any file, owner and prefix stay under the prefix, from the URL to the store', async () => {
      const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 120 });
      const tricky = fc.constantFrom(
        '../x',
        '..',
        'a//b',
        '%2e%2e/',
        'ü/😀',
        'a b+c',
        '.',
        '/x',
        'x/..',
      );
      await fc.assert(
        fc.asyncProperty(text, text, fc.oneof(text, tricky), async (name, sub, prefix) => {
          const caller = await lab.as(sub, { upload: { prefix } });
          const { status, body: policy } = await caller.get<{ maxBytes?: number }>('/policy');
          if (status !== 200) return assert.equal(status, 403, JSON.stringify(policy));
          const body = random(3);
          const upload = await caller.tryCreate({ name, bytes: body.length });
          // A name with half a character, or a prefix that leaves no room for one.
          if (isRefused(upload)) return assert.equal(upload.problem.code, 'invalid_request');
          const whole = prefix.replace(/^\//, '').replace(/([^/])$/, '$1/');
          assert.ok(upload.key.includes(`/${whole}`), upload.key);
          assert.ok(
            !upload.key.split('/').some((segment) => /^\.{0,2}$/.test(segment)),
            upload.key,
          );

          const { body: signed } = await caller.sign(upload, body, [1]);
          const { pathname } = new URL(signed.requests[0]?.url ?? '');
          assert.ok(
            decodeURIComponent(pathname).endsWith(`/${running().config.bucket}/${upload.key}`),
          );
          const parts = await caller.sendParts(upload, body);
          assert.equal((await caller.complete(upload, { parts })).status, 200);
          assert.deepEqual(await download(running(), upload.key), body);
        }),
        { numRuns: 40 },
      );
    });

    it('case 8: keeps pages and SVG from being shown by the bucket', async () => {
      for (const [name, type] of [
        ['x.html', 'text/html'],
        ['x.svg', 'image/svg+xml'],
      ] as const) {
        const { upload } = await alice.upload(random(5), { name, type });
        const link = await alice.get<{ url: string }>(
          `/uploads/${upload.id}/file?disposition=inline`,
          {
            accept: 'application/json',
            ...tokenOf(upload),
          },
        );
        const response = await fetch(link.body.url);
        await response.body?.cancel();
        assert.match(response.headers.get('content-disposition') ?? '', /^attachment/);
      }
    });
  },
);
