/** What every request passes before a route sees it, and what every answer carries. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Hono } from 'hono';
import type { SignerEnv } from '../../worker/context.ts';
import { simpleRequests } from '../../worker/http/simple-request.ts';
import { joinSimpleBody } from '../../worker/protocol/simple-body.ts';
import { jwtFor, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';

const MIB = 1024 * 1024;
/** The MD5 of whatever a part holds. */
const CHECKSUM = 'AAAAAAAAAAAAAAAAAAAAAA==';

describe('the gate', () => {
  let store: { running: Running; stop: () => Promise<void> };
  let lab: Lab;
  let alice: Client;
  const APP = 'https://app.example.com';

  before(async () => {
    store = await localR2.start();
    lab = await startLab(store.running, { ALLOWED_ORIGINS: `${APP}, http://localhost:3000` });
    alice = await lab.as('alice');
  });
  after(async () => {
    await lab.stop();
    await store.stop();
  });

  it('gives every answer an id, and lets nothing keep or guess it', async () => {
    const paths = ['/policy', '/uploads', '/nowhere', '/uploads/x', '/health'];
    for (const path of paths) {
      const { headers } = await alice.get(path);
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/, path);
      assert.equal(headers.get('cache-control'), 'no-store', path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    }
    for (const sent of ['mine-1', 'a b;c', 'x'.repeat(200)]) {
      const { headers } = await alice.get('/policy', { 'x-request-id': sent });
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/, sent);
    }
  });

  it('answers problems as RFC 9457 has them', async () => {
    const { status, headers, problem } = await alice.get('/nowhere');
    assert.equal(status, 404);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.deepEqual(problem, {
      type: 'urn:s3-upload:problem:not_found',
      title: 'Not found',
      status: 404,
      detail: 'No such route.',
      code: 'not_found',
    });
  });

  it('says 401 and how, to whoever is not known', async () => {
    const { status, problem, headers } = await lab.with({}).get('/policy');
    assert.equal(status, 401);
    assert.equal(problem.code, 'unauthenticated');
    assert.equal(headers.get('www-authenticate'), 'Bearer');
  });

  it('tells whether it is up, without being asked by somebody', async () => {
    const { status, body } = await lab.with({}).get<{ status: string }>('/health');
    assert.equal(status, 200);
    assert.equal(body.status, 'ok');
  });

  it('lets pages of listed origins call, with cookies', async () => {
    const { headers } = await alice.get('/policy', { origin: APP });
    assert.equal(headers.get('access-control-allow-origin'), APP);
    assert.equal(headers.get('access-control-allow-credentials'), 'true');
    assert.match(headers.get('vary') ?? '', /Origin/);
    assert.match(headers.get('access-control-expose-headers') ?? '', /X-Request-Id/);
  });

  it('answers the preflight of a listed origin, before it asks who calls', async () => {
    const { status, headers } = await lab.with({}).call('OPTIONS', '/uploads', undefined, {
      origin: APP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,upload-token,x-tenant',
    });
    assert.equal(status, 204);
    assert.equal(headers.get('access-control-allow-origin'), APP);
    const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(/, */) ?? [];
    for (const name of ['authorization', 'content-type', 'upload-token', 'x-tenant']) {
      assert.ok(allowed.includes(name), name);
    }
    assert.match(headers.get('access-control-allow-methods') ?? '', /DELETE/);
    assert.equal(headers.get('access-control-max-age'), '7200');
  });

  it('lets problems be read by the page that caused them', async () => {
    const { status, headers } = await lab.with({ origin: APP }).get('/policy');
    assert.equal(status, 401);
    assert.equal(headers.get('access-control-allow-origin'), APP);
  });

  it('case 22: refuses pages of any other origin, and echoes none', async () => {
    const others = [
      'https://evil.example',
      'null',
      `${APP}.evil.example`,
      'https://APP.example.com',
      'http://app.example.com',
      `${APP}:8443`,
      'https://app.example.com/',
      'http://localhost:30000',
    ];
    for (const origin of others) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await alice.call(method, '/policy', undefined, { origin });
        assert.equal(answer.status, 403, `${method} ${origin}`);
        assert.equal(answer.headers.get('access-control-allow-origin'), null, origin);
        assert.equal(answer.headers.get('access-control-allow-credentials'), null, origin);
      }
    }
  });

  it('case 23: believes no header about where it is or where the store is', async () => {
    const { body } = await alice.post<{ uploads: [{ requests: [{ url: string }] }] }>(
      '/uploads',
      {
        files: [
          {
            id: randomUUID(),
            name: 'x',
            bytes: 1,
            type: '',
            checksums: [CHECKSUM],
          },
        ],
      },
      {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'gopher',
        forwarded: 'host=evil.example',
      },
    );
    const { url } = body.uploads[0].requests[0];
    assert.ok(url.startsWith(store.running.config.endpoint), url);
    for (const extra of ['endpoint', 'bucket', 'key', 'uploadId', 'region', 'acl']) {
      const file = { id: randomUUID(), name: 'x', bytes: 1, type: '', [extra]: 'mine' };
      const answer = await alice.post<{ uploads: [{ problem: { field: string } }] }>('/uploads', {
        files: [file],
      });
      assert.equal(answer.body.uploads[0].problem.field, `files[0].${extra}`);
    }
  });

  it('case 21: accepts JSON only with its content type', async () => {
    const body = JSON.stringify({ files: [{ id: randomUUID(), name: 'x', bytes: 1, type: '' }] });
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ];
    for (const type of types) {
      const { status, problem } = await alice.post('/uploads', body, { 'content-type': type });
      assert.equal(status, 400, type);
      assert.equal(problem.code, 'invalid_request', type);
    }
    const { status } = await alice.post('/uploads', body, {
      'content-type': 'Application/JSON; charset=utf-8',
    });
    assert.equal(status, 200);
  });

  it('takes JSON as text/plain, without a preflight, only from the pages on the list', async () => {
    const file = { id: randomUUID(), name: 'x', bytes: 1, type: '' };
    const create = (headers: Record<string, string>) =>
      alice.post<{ uploads: [{ token: string }] }>(
        '/uploads',
        joinSimpleBody(undefined, JSON.stringify({ files: [file] })),
        { 'content-type': 'text/plain;charset=UTF-8', ...headers },
      );
    const refused: [Record<string, string>, number, string][] = [
      [{}, 400, 'invalid_request'],
      [{ origin: 'https://evil.example' }, 403, 'forbidden'],
      [{ origin: 'null' }, 403, 'forbidden'],
      // The browser adds cookies by itself.
      [{ origin: APP, cookie: 'session=mine' }, 400, 'invalid_request'],
    ];
    for (const [headers, status, code] of refused) {
      const { status: answered, problem } = await create(headers);
      assert.deepEqual([answered, problem.code], [status, code], JSON.stringify(headers));
    }
    const { status, body } = await create({ origin: APP });
    assert.equal(status, 200);
    const { token } = body.uploads[0];
    const sign = (token: string, headers = {}) =>
      alice.post<{ requests: { number: number }[] }>(
        `/uploads/${file.id}/sign`,
        joinSimpleBody(token, JSON.stringify({ parts: [{ number: 1, checksum: CHECKSUM }] })),
        { 'content-type': 'text/plain', origin: APP, ...headers },
      );
    assert.equal((await sign(token)).body.requests[0]?.number, 1);
    const noToken = ['', `${token.slice(0, -4)}AAAA`, 'no\u0000token', 'kein Tökén'];
    for (const wrong of noToken) assert.equal((await sign(wrong)).status, 401, wrong);
    assert.equal((await sign(token, { origin: 'https://evil.example' })).status, 403);
  });

  it('takes no text/plain with a password, which a browser keeps and adds by itself', async () => {
    const app = new Hono<SignerEnv>();
    app.post('/', simpleRequests(), (c) => c.text(c.req.raw.headers.get('content-type') ?? ''));
    const typeWith = async (headers: Record<string, string>) => {
      const asked = { 'content-type': 'text/plain', origin: APP, ...headers };
      return (await app.request('/', { method: 'POST', headers: asked, body: '\n{}' })).text();
    };
    assert.equal(await typeWith({}), 'application/json');
    assert.equal(await typeWith({ authorization: 'Bearer abc' }), 'application/json');
    for (const authorization of ['Basic bWU6bWluZQ==', 'Digest username="me"', 'Negotiate YWJj']) {
      assert.equal(await typeWith({ authorization }), 'text/plain', authorization);
    }
  });

  it('takes a call about an upload as text/plain if it has no JSON, and caps it', async () => {
    const file = { id: randomUUID(), name: 'x', bytes: 9, type: '' };
    const { body } = await alice.post<{ uploads: [{ token: string }] }>('/uploads', {
      files: [file],
    });
    const simple = { 'content-type': 'text/plain', origin: APP };
    const resume = `/uploads/${file.id}/resume`;
    const token = joinSimpleBody(body.uploads[0].token);
    assert.equal((await alice.post<{ id: string }>(resume, token, simple)).body.id, file.id);
    const { status, problem } = await alice.post('/uploads', ' '.repeat(3 * MIB), simple);
    assert.equal(status, 413);
    assert.equal(problem.code, 'too_large');
  });

  it('names what is wrong with a body, and does not repeat it', async () => {
    const bodies: [string, string | undefined][] = [
      ['', undefined],
      ['{', undefined],
      ['null', ''],
      ['[]', 'files'],
      ['{}', 'files'],
      ['{"files":[]}', 'files'],
      ['{"files":[],"more":1}', 'files'],
      ['{"files":{}}', 'files'],
      ['{"files":[1],"<script>":1}', '<script>'],
      [`{"files":[${Array.from({ length: 101 }, () => 1).join()}]}`, 'files'],
    ];
    for (const [body, field] of bodies) {
      const { status, problem } = await alice.post('/uploads', body);
      assert.equal(status, 400, body);
      assert.equal(problem.code, 'invalid_request', body);
      assert.equal(problem.field, field, body);
    }
    const secret = 'a-secret-that-was-put-into-the-wrong-field';
    const { problem } = await alice.post('/uploads', { files: secret });
    assert.ok(!JSON.stringify(problem).includes(secret));
  });

  it('refuses text that is not UTF-8', async () => {
    const response = await lab.fetch('/uploads', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await jwtFor('alice')}`,
        'content-type': 'application/json',
      },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    });
    assert.equal(response.status, 400);
    await response.body?.cancel();
  });

  it('case 19, case 85: cuts large batches off before it signs anything', async () => {
    const upload = await alice.create({ bytes: 6 * 1024 * 1024 });
    const path = `/uploads/${upload.id}/sign`;
    const numbers = Array.from({ length: 501 }, (_, index) => ({ number: index + 1 }));
    const tooMany = await alice.post(path, { parts: numbers }, tokenOf(upload));
    assert.equal(tooMany.status, 400);
    assert.equal(tooMany.problem.field, 'parts');
    const checksum = 'AAAAAAAAAAAAAAAAAAAAAA==';
    const twice = { parts: [1, 2, 1].map((number) => ({ number, checksum })) };
    const doubled = await alice.post(path, twice, tokenOf(upload));
    assert.equal(doubled.status, 400);
    assert.equal(doubled.problem.field, 'parts[2].number');
    const padded = `{"parts":[{"number":1}],"stored":[]${' '.repeat(MIB)}}`;
    const large = await alice.post(path, padded, tokenOf(upload));
    assert.equal(large.status, 413);
    assert.equal(large.problem.code, 'too_large');
  });

  it('case 20: reads no more of an endless body than its cap', async () => {
    const { body, sent } = await sendEndless(await addressOf(lab), await jwtFor('alice'));
    assert.match(body, /^HTTP\/1.1 413 [^]*too_large/);
    assert.ok(sent < 64 * MIB, `${sent} bytes were taken`);
  });
});

async function addressOf(lab: Lab): Promise<string> {
  const response = await lab.fetch('/health');
  await response.body?.cancel();
  return response.url;
}

/**
 * Chunked, with no length said: as much as is read before the answer is there, and from then on
 * until the connection breaks, or up to 1 GiB.
 */
async function sendEndless(url: string, jwt: string): Promise<{ body: string; sent: number }> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  let body = '';
  socket.setEncoding('utf8').on('data', (text: string) => (body += text));
  // The answer has been read by then: what breaks is the endless body.
  socket.on('error', () => undefined);
  const broken = new AbortController();
  socket.on('close', () => broken.abort());
  const next = (event: string): Promise<unknown> =>
    once(socket, event, { signal: broken.signal }).catch(() => undefined);
  const head = [
    'POST /uploads HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Bearer ${jwt}`,
    'Content-Type: application/json',
    'Transfer-Encoding: chunked',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const size = 64 * 1024;
  const chunk = `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`;
  let sent = 0;
  const send = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough() && !socket.destroyed) {
      sent += size;
      if (!socket.write(chunk)) await next('drain');
      // One turn for what came in.
      await new Promise(setImmediate);
    }
  };
  // Twice the cap: it reads on a little for those who listen only when they have sent all.
  await send(() => sent >= 2 * MIB + size);
  while (!body.includes('too_large') && !socket.destroyed) await next('data');
  await send(() => sent >= 1024 * MIB);
  socket.destroy();
  return { body, sent };
}
