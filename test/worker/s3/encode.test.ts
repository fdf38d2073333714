import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { encodeKey, encodeRfc3986, KeyError } from '../../../worker/s3/signing/encode.ts';
import { parseEndpoint, targetOf } from '../../../worker/s3/endpoint.ts';

const endpoint = parseEndpoint('https://s3.test', 'bucket', 'path');

function refused(key: string): void {
  assert.throws(() => encodeKey(key), KeyError, JSON.stringify(key));
}

describe('a key in a URL', () => {
  it('case 1: never climbs out of its prefix', () => {
    for (const key of ['a/../other/x', '../x', 'a/..', '../../bucket2/x']) refused(key);
  });

  it('case 2: keeps what only looks encoded, and never decodes it', () => {
    for (const name of ['%2e%2e', '..%2fx', '%252e%252e', '%2E%2E%2Fx']) {
      const { path } = targetOf(endpoint, `tenant/${name}/x`);
      assert.ok(path.startsWith('/bucket/tenant/'));
      assert.equal(decodeURIComponent(path), `/bucket/tenant/${name}/x`);
    }
  });

  it('case 3: contains no empty segment and no dot segment', () => {
    for (const key of ['', '/', '/a', 'a/', 'a//b', '.', 'a/./b', './a']) refused(key);
  });

  it('case 3: keeps a backslash as a character, but lets it hide no dot segment', () => {
    const { path } = targetOf(endpoint, 'a/b\\c');
    assert.equal(path, '/bucket/a/b%5Cc');
    for (const key of ['..\\..\\x', 'a/..\\x', 'a/x\\.']) refused(key);
  });

  it('case 4: encodes every reserved character', () => {
    assert.equal(
      encodeKey("? # & = + % ; : @ ' ( ) * !"),
      '%3F%20%23%20%26%20%3D%20%2B%20%25%20%3B%20%3A%20%40%20%27%20%28%20%29%20%2A%20%21',
    );
    assert.equal(encodeKey('A-Za.z_0~9'), 'A-Za.z_0~9');
  });

  it('case 5: keeps emoji, and composed and decomposed letters, unchanged', () => {
    assert.equal(encodeKey('🚀'), '%F0%9F%9A%80');
    assert.notEqual(encodeKey('f\u00fcr'), encodeKey('fu\u0308r'));
  });

  it('case 5: refuses half a surrogate pair and marks that turn the reading direction', () => {
    for (const key of ['a\ud83d', '\ude80b', 'a\u202etxt.exe', 'a\u2066b', 'a\u200fb'])
      refused(key);
  });

  it('case 6: refuses control characters', () => {
    for (const key of ['a\0', 'a\r\nb', 'a\tb', 'a\u007fb', 'a\u0085b']) refused(key);
  });

  it('refuses the name that a form lets the browser fill in', () => {
    for (const key of ['a/${filename}', 'a/x${fileName}.txt']) refused(key);
    assert.equal(encodeKey('a/${name}'), 'a/%24%7Bname%7D');
  });

  it('case 7: accepts 1,024 bytes of UTF-8 and not one more', () => {
    const segment = 'é'.repeat(127); // 254 bytes
    const key = [segment, segment, segment, segment, 'abcd'].join('/'); // 4 × 255 + 4
    assert.equal(new TextEncoder().encode(key).length, 1024);
    encodeKey(key);
    refused(`${key}e`);
  });

  it('accepts 255 bytes in a segment and not one more', () => {
    encodeKey(`a/${'x'.repeat(255)}`);
    refused(`a/${'x'.repeat(256)}`);
    refused(`a/${'é'.repeat(128)}`);
  });

  it('is read back as the same key from the path, whatever it contains', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'f', '?', '#', '\t', 'a') }),
    );
    fc.assert(
      fc.property(anything, (name) => {
        const key = `tenant/${name}`;
        let path: string;
        try {
          ({ path } = targetOf(endpoint, key));
        } catch (thrown) {
          assert.ok(thrown instanceof KeyError);
          return;
        }
        assert.equal(new URL(`https://s3.test${path}`).pathname, path);
        assert.equal(decodeURIComponent(path), `/bucket/${key}`);
        assert.ok(path.startsWith('/bucket/tenant/'));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('RFC 3986 encoding', () => {
  it('case 15: leaves nothing that could end a query value', () => {
    const encoded = encodeRfc3986('id&partNumber=1#x\n y+z');
    assert.equal(encoded, 'id%26partNumber%3D1%23x%0A%20y%2Bz');
  });
});
