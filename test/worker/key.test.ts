/** Keys and names: where an object goes, whatever its file is called. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { contentDisposition, mayShowInline } from '../../worker/object/disposition.ts';
import { cleanPrefix, keysMayMeet, makeKey, readTemplate } from '../../worker/object/key.ts';
import { cleanName, extensionOf } from '../../worker/object/name.ts';
import { ProblemError } from '../../worker/problem.ts';
import { isRefused } from '../../worker/protocol.ts';
import { encodeKey } from '../../worker/s3/signing/encode.ts';
import { startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

const ID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const NOW = Date.parse('2026-11-20T23:30:00Z');

const keyOf = (
  name: string,
  more: Partial<Parameters<typeof makeKey>[1]> = {},
  template?: string,
) =>
  makeKey(template ?? '{prefix}{owner}/{id}/{name}', {
    prefix: '',
    owner: 'alice',
    id: ID,
    name,
    checksum: '',
    now: NOW,
    ...more,
  });

const bytesOf = (text: string) => Buffer.byteLength(text);

describe('a cleaned name', () => {
  const table: [string, string][] = [
    ['report.pdf', 'report.pdf'],
    ['../../other/x', 'x'],
    ['..\\..\\x', 'x'],
    ['/x', 'x'],
    ['a//b', 'b'],
    ['a/', 'a'],
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['...', 'file'],
    ['/', 'file'],
    ['\u202e\u200b', 'file'],
    ['.htaccess', 'htaccess'],
    ['x.jpg.php', 'x.jpg.php'],
    ['trailing. ', 'trailing'],
    ['a\u0000b\r\nc\td\u007f', 'abcd'],
    ['evil\u202egpj.exe', 'evilgpj.exe'],
    ['e\u0301.txt', 'é.txt'],
    ['a\ud800b', 'ab'],
    ['😀.png', '😀.png'],
    ['%2e%2e%2fx', '%2e%2e%2fx'],
    ['..%2fx', '%2fx'],
    ['a b?#&=+%;:@\'()*!"<>|.txt', 'a b?#&=+%;:@\'()*!"<>|.txt'],
    ['مرحبا.txt', 'مرحبا.txt'],
    ['${filename}', '$(filename)'],
    ['a ${FileName}.txt', 'a $(FileName).txt'],
    ['$\u200b{file\ud800name}${filename}', '$(filename)$(filename)'],
    ['${file.name} costs 5$', '${file.name} costs 5$'],
  ];
  for (const [name, clean] of table) {
    it(`of ${JSON.stringify(name)} is ${JSON.stringify(clean)}`, () => {
      assert.equal(cleanName(name), clean);
    });
  }

  it('case 12: keeps its extension when it has to be shortened, and no half characters', () => {
    for (const stem of ['a'.repeat(300), '😀'.repeat(100), 'é'.repeat(200)]) {
      const clean = cleanName(`${stem}.tar.gz`);
      assert.ok(bytesOf(clean) <= 255);
      assert.ok(clean.endsWith('.gz'));
      assert.ok(stem.startsWith(clean.slice(0, -3).replace(/\.tar$/, '')));
    }
    assert.ok(bytesOf(cleanName(`a.${'x'.repeat(300)}`)) <= 255);
  });

  it('is the same when it is cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const once = cleanName(name);
        assert.equal(cleanName(once), once);
        assert.notEqual(once, '');
      }),
    );
  });

  it('has the extension that people see', () => {
    assert.deepEqual(['a.PNG', 'a', '.x', 'a.', 'a.tar.gz'].map(extensionOf), [
      '.png',
      '',
      '',
      '',
      '.gz',
    ]);
  });
});

describe('a key', () => {
  it('is made of prefix, owner, id and name', async () => {
    assert.equal(await keyOf('a b.txt', { prefix: 'in/' }), `in/alice/${ID}/a b.txt`);
  });

  it('fills every placeholder', async () => {
    const template = '{prefix}{yyyy}/{mm}/{dd}/{checksum}{ext}';
    const key = await keyOf('A.TXT', { checksum: 'AQID', id: randomUUID() }, template);
    assert.equal(key, '2026/11/20/010203.txt');
  });

  it('takes its date from the id, so that a Create repeated after midnight gets the same key', async () => {
    const time = (NOW - 3_600_000).toString(16).padStart(12, '0');
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
    const afterMidnight = Date.parse('2026-11-21T00:10:00Z');
    assert.equal(await keyOf('x', { id, now: NOW }, '{dd}/{id}'), `20/${id}`);
    assert.equal(await keyOf('x', { id, now: afterMidnight }, '{dd}/{id}'), `20/${id}`);
    const made = '00000000-0001-7000-8000-000000000000';
    assert.equal(await keyOf('x', { id: made }, '{yyyy}/{id}'), `2026/${made}`, 'not 1970');
  });

  it('case 7: keeps 1,024 bytes by shortening the name, or is refused', async () => {
    const prefix = `${'p'.repeat(250)}/`.repeat(3);
    const key = await keyOf(`${'n'.repeat(255)}.txt`, { prefix });
    assert.equal(bytesOf(key), 1024);
    assert.ok(key.endsWith('n.txt'));
    const long = `${'p'.repeat(250)}/`.repeat(4);
    await assert.rejects(keyOf('a name.txt', { prefix: long }), ProblemError);
  });

  it('keeps 255 bytes in a segment that the name shares', async () => {
    const key = await keyOf('n'.repeat(300), {}, '{id}-{name}');
    assert.equal(bytesOf(key), 255);
  });

  it('case 10: is never the same for two owners, however they are called', async () => {
    const owners = [
      'a',
      'A',
      'a/b',
      'a-b',
      'a b',
      'auth0|1',
      'auth0-1',
      '..',
      '.',
      '',
      'é',
      'e\u0301',
    ];
    const first = await keyOf('x', { owner: 'auth0|1' });
    // Someone who calls himself what another's segment became.
    owners.push(first.split('/')[0] ?? '');
    const keys = await Promise.all(owners.map((owner) => keyOf('x', { owner })));
    assert.equal(new Set(keys.map((key) => key.split('/')[0])).size, owners.length);
    assert.equal(await keyOf('x', { owner: 'jo@example.com' }), `jo@example.com/${ID}/x`);
  });

  it('case 1: stays under the caller’s prefix, for any name and owner', async () => {
    const any = fc.string({ unit: 'binary', maxLength: 300 });
    const prefixes = fc.constantFrom('', 'in/', 'a b/ü/');
    await fc.assert(
      fc.asyncProperty(any, any, prefixes, async (name, owner, prefix) => {
        const key = await keyOf(name, { owner, prefix });
        assert.ok(key.startsWith(prefix));
        const [segment, id, last, ...more] = key.slice(prefix.length).split('/');
        assert.equal(id, ID);
        assert.match(segment ?? '', /^[\w.@=-]+$/);
        assert.equal(last, cleanName(name));
        assert.deepEqual(more, []);
        const { pathname } = new URL(`https://store/${encodeKey(key)}`);
        assert.equal(decodeURIComponent(pathname.slice(1)), key);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a template', () => {
  it('is refused where it cannot work, by name', () => {
    for (const template of ['{nmae}', '{owner}', '{yyyy}/{mm}', 'fixed', '{owner}/{prefix}{id}']) {
      assert.throws(() => readTemplate(template), /KEY_TEMPLATE/, template);
    }
    assert.equal(readTemplate('{id}'), '{prefix}{id}');
  });

  it('says whether two files can have the same key', () => {
    assert.equal(keysMayMeet('{prefix}{owner}/{id}/{name}'), false);
    assert.equal(keysMayMeet('{prefix}{id}'), true, 'two owners may choose one id');
    assert.equal(keysMayMeet('{prefix}{owner}/{name}'), true);
  });

  it('begins with a prefix that is one', () => {
    assert.equal(cleanPrefix('a'), 'a/');
    assert.equal(cleanPrefix('a/b/'), 'a/b/');
    for (const prefix of ['/', '/a', 'a//b', '../a', 'a/./b', 'a\u0000']) {
      assert.throws(() => cleanPrefix(prefix), /KEY_PREFIX/, prefix);
    }
  });
});

describe('Content-Disposition', () => {
  it('case 12: carries any name, for old and new clients, and nothing more', () => {
    assert.equal(contentDisposition('attachment', 'a.txt'), 'attachment; filename="a.txt"');
    assert.equal(
      contentDisposition('inline', 'é "1"; x=%.txt'),
      `inline; filename="_ _1_; x=_.txt"; filename*=UTF-8''%C3%A9%20%221%22%3B%20x%3D%25.txt`,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const value = contentDisposition('attachment', name);
        assert.match(
          value,
          /^attachment; filename="[^"\\\r\n%]*"(; filename\*=UTF-8''[\w!#$&+.^`|~%-]*)?$/,
        );
        assert.match(value, /^[\u0020-\u007e]*$/);
        const encoded = value.split("filename*=UTF-8''")[1];
        if (encoded !== undefined) assert.equal(decodeURIComponent(encoded), cleanName(name));
      }),
    );
  });

  it('case 8: shows only what runs no script, whatever the operator adds', () => {
    const safe = ['image/png', 'video/mp4', 'audio/ogg', 'application/pdf', 'text/plain'];
    const unsafe = [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'application/javascript',
      'application/octet-stream',
      '',
    ];
    assert.deepEqual(
      safe.filter((type) => !mayShowInline(type)),
      [],
    );
    assert.deepEqual(
      unsafe.filter((type) => mayShowInline(type)),
      [],
    );
    assert.equal(mayShowInline('text/plain; charset=utf-8'), true);
    assert.equal(mayShowInline('text/csv'), false);
    assert.equal(mayShowInline('text/csv; header=present', ['text/csv']), true);
    const never = [
      'image/svg+xml',
      'IMAGE/SVG+XML; a=b',
      'audio/x+xml',
      'video/x+xml',
      'text/html',
    ];
    for (const type of never) {
      assert.equal(mayShowInline(type, [type, 'image/*', 'text/*']), false, type);
    }
  });
});

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
