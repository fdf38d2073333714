/** Keys and names: where an object goes, whatever its file is called. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { contentDisposition, mayShowInline } from '../../worker/object/disposition.ts';
import {
  cleanPrefix,
  DEFAULT_KEY_TEMPLATE,
  keysMayMeet,
  makeKey,
  mayBeShared,
  readTemplate,
} from '../../worker/object/key.ts';
import { cleanName, extensionOf } from '../../worker/object/name.ts';
import { ProblemError } from '../../worker/problem.ts';
import { encodeKey } from '../../worker/s3/signing/encode.ts';

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

/** What is thrown, as far as a caller sees it. */
async function problemOf(promise: Promise<unknown>): Promise<object> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProblemError);
  const { code, detail, field } = error.problem;
  return { code, detail, field };
}

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

  it('has the id where there is no checksum to compare, and is refused where one is missing', async () => {
    const template = '{prefix}{checksum}{ext}';
    assert.equal(await keyOf('a.txt', { checksum: undefined }, template), `${ID}.txt`);
    assert.deepEqual(await problemOf(keyOf('a.txt', { checksum: '' }, template)), {
      code: 'invalid_request',
      detail: 'KEY_TEMPLATE contains {checksum}, but no checksum was sent.',
      field: 'checksums',
    });
    assert.equal(await keyOf('a.txt', { checksum: '' }, '{id}'), ID);
  });

  it('has the folders of the file and its name where its path belongs', async () => {
    const template = '{prefix}{id}/{path}';
    const path = 'holiday/day 1/a.txt';
    assert.equal(await keyOf('a.txt', { path }, template), `${ID}/holiday/day 1/a.txt`);
    assert.equal(await keyOf('a.txt', {}, template), `${ID}/a.txt`);
    assert.equal(await keyOf('a.txt', { path }), `alice/${ID}/a.txt`);
  });

  it('is refused with a path that is too long, which would not be the file’s if it were shortened', async () => {
    const folders = (bytes: number) => `${'f/'.repeat(bytes / 2)}0123456789abcdef`;
    const template = '{path}';
    const longest = await keyOf('0123456789abcdef', { path: folders(1008) }, template);
    assert.equal(bytesOf(longest), 1024);
    const tooLong = keyOf('0123456789abcdef', { path: folders(1010) }, template);
    assert.deepEqual(await problemOf(tooLong), {
      code: 'invalid_request',
      detail: 'The path is too long for a key.',
      field: 'path',
    });
  });

  it('leaves nothing where the file’s path is not asked for, however long it is', async () => {
    const path = `${'f/'.repeat(600)}a.txt`;
    assert.equal(await keyOf('a.txt', { path }, '{id}/{name}'), `${ID}/a.txt`);
  });

  it('keeps a name of sixteen bytes, and is refused if there is no room for it', async () => {
    const prefix = `${'p'.repeat(250)}/`.repeat(4);
    const message = 'This file’s name does not give a legal key.';
    await assert.rejects(keyOf('0123456789.txt', { prefix }), (error: Error) => {
      assert.equal(error.message, message);
      assert.ok(error.cause instanceof Error, 'the log says why');
      return true;
    });
    const longer = `${prefix}ppppp/`;
    const name = '0123456789abc.txt';
    await assert.rejects(keyOf(name, { prefix: longer }, '{prefix}{path}'), { message });
    const path = 'folder/0123456789.txt';
    await assert.rejects(keyOf('0123456789.txt', { prefix, path }), { message });
  });

  it('believes the date of a UUIDv7 that is two days from the clock at most', async () => {
    const idAt = (time: number, version = '7') => {
      const hex = time.toString(16).padStart(12, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8)}-${version}000-8000-000000000000`;
    };
    const dayOf = (id: string) => keyOf('x', { id }, '{dd}-{id}').then((key) => key.slice(0, 2));
    const hour = 3_600_000;
    assert.equal(await dayOf(idAt(NOW - 47 * hour)), '19');
    assert.equal(await dayOf(idAt(NOW + 47 * hour)), '22');
    assert.equal(await dayOf(idAt(NOW - 48 * hour)), '20');
    assert.equal(await dayOf(idAt(NOW - 47 * hour, '4')), '20');
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

  it('case 10: has an owner that can be read, with a hash where characters were replaced', async () => {
    const ownerOf = async (owner: string) => (await keyOf('x', { owner })).split('/')[0] ?? '';
    assert.match(await ownerOf('auth0|jo'), /^auth0-jo-[0-9a-f]{16}$/);
    assert.match(await ownerOf('..jo..'), /^jo-[0-9a-f]{16}$/);
    assert.match(await ownerOf('.jo'), /^jo-[0-9a-f]{16}$/);
    assert.match(await ownerOf('jo.'), /^jo-[0-9a-f]{16}$/);
    assert.match(await ownerOf(''), /^-[0-9a-f]{16}$/);
    assert.match(await ownerOf('x'.repeat(65)), /^x{64}-[0-9a-f]{16}$/);
    assert.equal(await ownerOf('j.o'), 'j.o');
    assert.equal(await ownerOf('j..o'), 'j..o');
    assert.match(await ownerOf('j..|o'), /^j\.\.-o-[0-9a-f]{16}$/);
    assert.equal(await ownerOf('jo-0123456789abcdef.'), await ownerOf('jo-0123456789abcdef.'));
    assert.match(await ownerOf('jo-0123456789abcdef'), /^jo-0123456789abcdef-[0-9a-f]{16}$/);
    assert.equal(await ownerOf('jo-0123456789abcdef-too'), 'jo-0123456789abcdef-too');
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

  it('is refused for the reason that it names', () => {
    const refusals = [
      ['{nmae}/{id}', 'KEY_TEMPLATE: {nmae} is not known.'],
      ['{}/{id}', 'KEY_TEMPLATE: {} is not known.'],
      ['{owner}', 'KEY_TEMPLATE: every file would get the same key.'],
      ['{id}/{prefix}', 'KEY_TEMPLATE: {prefix} has to come first.'],
    ] as const;
    for (const [template, message] of refusals) {
      assert.throws(() => readTemplate(template), { code: 'misconfigured', message });
    }
  });

  it('tells files apart by their id, name, path or checksum, and begins with the prefix once', () => {
    for (const part of ['id', 'name', 'path', 'checksum']) {
      assert.equal(readTemplate(`{owner}/{${part}}`), `{prefix}{owner}/{${part}}`);
    }
    assert.equal(readTemplate('{prefix}{id}'), '{prefix}{id}');
    assert.equal(readTemplate(DEFAULT_KEY_TEMPLATE), '{prefix}{owner}/{id}/{name}');
  });

  it('says whether an object may belong to several uploads', () => {
    assert.equal(mayBeShared('{owner}/{checksum}'), true);
    assert.equal(mayBeShared(DEFAULT_KEY_TEMPLATE), false);
  });

  it('says whether two files can have the same key', () => {
    assert.equal(keysMayMeet('{prefix}{owner}/{id}/{name}'), false);
    assert.equal(keysMayMeet('{prefix}{id}'), true, 'two owners may choose one id');
    assert.equal(keysMayMeet('{prefix}{owner}/{name}'), true);
  });

  it('begins with a prefix that is one', () => {
    assert.equal(cleanPrefix('a'), 'a/');
    assert.equal(cleanPrefix('a/b/'), 'a/b/');
    assert.equal(cleanPrefix(''), '');
    assert.throws(() => cleanPrefix('..', 'TENANT'), {
      code: 'misconfigured',
      message: 'TENANT holds an empty or a dot segment.',
    });
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
