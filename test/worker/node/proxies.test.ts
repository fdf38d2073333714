/** Whom a request comes from, and what its address is, behind proxies and without. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behindProxies } from '../../../worker/node/http/proxies.ts';
import { ProblemError } from '../../../worker/problem.ts';

const URL_SEEN = 'http://10.0.0.5:8787/uploads?state=open';

interface Seen {
  readonly url: string;
  readonly address: string | null;
}

function seen(
  trusted: readonly string[],
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
): Seen {
  const request = behindProxies(trusted)(new Request(URL_SEEN, { headers }), { remoteAddress });
  return { url: request.url, address: request.headers.get('cf-connecting-ip') };
}

describe('a request without a trusted proxy', () => {
  it('comes from the other end of its connection', () => {
    assert.equal(seen([], '198.51.100.7').address, '198.51.100.7');
    assert.equal(seen([], '::ffff:198.51.100.7').address, '198.51.100.7');
    assert.equal(seen([], '2001:db8::1').address, '2001:db8::1');
  });

  it('is not believed about its address, its scheme or its host', () => {
    const claims = {
      'cf-connecting-ip': '203.0.113.1',
      'x-forwarded-for': '203.0.113.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'uploads.example.com',
    };
    const expected = { url: URL_SEEN, address: '198.51.100.7' };
    assert.deepEqual(seen([], '198.51.100.7', claims), expected);
    assert.deepEqual(seen(['10.0.0.0/8'], '198.51.100.7', claims), expected);
    assert.equal(seen([], undefined, claims).address, null);
  });
});

describe('a request through a trusted proxy', () => {
  const trusted = ['10.0.0.0/8', 'loopback', '2001:db8:1::/48'];

  it('has the address that the page asked for', () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'uploads.example.com' };
    assert.equal(
      seen(trusted, '10.1.2.3', headers).url,
      'https://uploads.example.com/uploads?state=open',
    );
    const withPort = { ...headers, 'x-forwarded-host': 'uploads.example.com:8443' };
    assert.equal(
      seen(trusted, '::1', withPort).url,
      'https://uploads.example.com:8443/uploads?state=open',
    );
  });

  it('keeps its address where the proxy says nothing, or nothing that makes sense', () => {
    assert.equal(seen(trusted, '10.1.2.3').url, URL_SEEN);
    for (const host of ['a b', 'a/b', '', 'user@']) {
      const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': 'javascript' };
      assert.equal(seen(trusted, '10.1.2.3', headers).url, URL_SEEN, host);
    }
  });

  for (const [forwarded, address] of [
    ['198.51.100.7', '198.51.100.7'],
    // What stands before the first address that is not a proxy's, the client has written.
    ['203.0.113.1, 198.51.100.7', '198.51.100.7'],
    ['203.0.113.1, 198.51.100.7, 10.9.9.9, 127.0.0.1', '198.51.100.7'],
    ['198.51.100.7:4711, [2001:db8:1::9]:80', '198.51.100.7'],
    ['2001:db8:2::1', '2001:db8:2::1'],
    ['unknown, 10.9.9.9', '10.9.9.9'],
    ['', '10.1.2.3'],
    ['10.9.9.9', '10.9.9.9'],
  ] as const) {
    it(`comes from ${address}, if it was forwarded for “${forwarded}”`, () => {
      const headers = { 'x-forwarded-for': forwarded };
      assert.equal(seen(trusted, '10.1.2.3', headers).address, address);
    });
  }
});

describe('a request that is made anew', () => {
  it('keeps its method, its headers and its body', async () => {
    const request = new Request(URL_SEEN, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain', 'upload-token': 'token' },
      body: 'the body',
    });
    const received = behindProxies()(request, { remoteAddress: '198.51.100.7' });
    assert.equal(received.method, 'PUT');
    assert.equal(received.headers.get('upload-token'), 'token');
    assert.equal(await received.text(), 'the body');
  });
});

describe('the list of proxies', () => {
  for (const wrong of [
    'proxy.example',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::1/129',
    '1',
  ]) {
    it(`is refused if it contains ${wrong}`, () => {
      assert.throws(
        () => behindProxies(['loopback', wrong]),
        (error) =>
          error instanceof ProblemError &&
          error.code === 'misconfigured' &&
          error.message.includes('TRUSTED_PROXIES'),
      );
    });
  }
});
