import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { ETAG_HIDDEN, errorInside200, expired, WITHOUT_CORS } from './answers.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** What the server behind the proxy got: how many bytes, and their hash. */
interface Got {
  readonly method: string;
  readonly host: string;
  readonly bytes: number;
  readonly sha256: string;
}

let server: Server;
let proxy: Proxy;
const got: Got[] = [];
const BODY = Buffer.alloc(2_000_000, 7);

before(async () => {
  server = createServer((request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    request.on('close', () => {
      got.push({
        method: request.method ?? '',
        host: request.headers.host ?? '',
        bytes,
        sha256: hash.digest('hex'),
      });
    });
    request.on('error', () => undefined);
    request.on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/xml',
        etag: '"abc"',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'ETag, x-amz-request-id',
      });
      response.end('<Ok/>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy = await startProxy(() => new URL(`http://127.0.0.1:${port}`));
});

after(async () => {
  await proxy.stop();
  server.close();
});

afterEach(() => {
  proxy.clear();
  got.length = 0;
});

const put = (part = 1, signal?: AbortSignal): Promise<Response> =>
  fetch(`${proxy.url}/bucket/key?partNumber=${part}&uploadId=u1`, {
    method: 'PUT',
    body: BODY,
    ...(signal && { signal }),
  });

test('without a rule it lets bytes, headers and the host through as they are', async () => {
  const response = await put();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('etag'), '"abc"');
  assert.equal(await response.text(), '<Ok/>');
  assert.deepEqual(got, [
    {
      method: 'PUT',
      host: new URL(proxy.url).host,
      bytes: BODY.length,
      sha256: createHash('sha256').update(BODY).digest('hex'),
    },
  ]);
  assert.deepEqual([...proxy.traffic.putsByPart], [['u1 1', 1]]);
});

test('a rule meets as many requests as it says, of the part that it names, after those it skips', async () => {
  const fault = proxy.fault({ when: { part: 2 }, skip: 1, times: 2, fault: expired() });
  const statuses: number[] = [];
  for (const part of [1, 2, 2, 2, 2]) statuses.push((await put(part)).status);
  assert.deepEqual(statuses, [200, 200, 403, 403, 200]);
  assert.equal(fault.hits, 2);
  assert.ok(fault.endedAt !== undefined && fault.endedAt <= performance.now());
  assert.equal(proxy.traffic.extraPuts, 3);
});

test('a rule for a time ends by itself', async () => {
  const fault = proxy.fault({ forMs: 60, fault: expired() });
  let status = 0;
  let refused = 0;
  while (status !== 200) {
    ({ status } = await put());
    if (status === 403) refused += 1;
  }
  assert.ok(refused >= 1);
  assert.ok((fault.endedAt ?? Infinity) <= performance.now());
});

for (const at of [0, 0.5, 0.99, 1]) {
  test(`resets the connection at ${at * 100} % of the body, and the store never has the whole`, async () => {
    proxy.fault({ fault: { kind: 'reset', at } });
    await assert.rejects(put());
    assert.equal(got.filter(({ bytes }) => bytes === BODY.length).length, 0);
    assert.equal((await put()).status, 200);
  });
}

test('loses a reply after the store has done the work', async () => {
  proxy.fault({ fault: { kind: 'lose-reply' } });
  await assert.rejects(put());
  assert.equal(got[0]?.bytes, BODY.length);
});

test('stalls until the client gives up, and counts what is in flight', async () => {
  const fault = proxy.fault({ fault: { kind: 'stall' } });
  const abort = new AbortController();
  const hanging = put(1, abort.signal);
  await fault.begun;
  assert.equal(proxy.traffic.inFlight, 1);
  assert.equal(fault.endedAt, undefined);
  abort.abort();
  await assert.rejects(hanging);
  while (fault.endedAt === undefined) await new Promise(setImmediate);
  assert.equal(proxy.traffic.inFlight, 0);
});

test('sends the head of an answer, and never its end', async () => {
  proxy.fault({ fault: { kind: 'head-only' } });
  const abort = new AbortController();
  const response = await put(1, abort.signal);
  assert.equal(response.status, 200);
  const text = response.text();
  while (got.length === 0) await new Promise(setImmediate);
  assert.equal(
    proxy.traffic.inFlight,
    1,
    'the store has done its work, and its answer is not over',
  );
  abort.abort();
  await assert.rejects(text);
});

test('flips one bit and no more', async () => {
  proxy.fault({ fault: { kind: 'flip-bit', atByte: 1_500_000 } });
  await put();
  const flipped = Buffer.from(BODY);
  flipped[1_500_000] = 6;
  assert.equal(got[0]?.sha256, createHash('sha256').update(flipped).digest('hex'));
});

test('cuts the body short towards the store', async () => {
  proxy.fault({ fault: { kind: 'truncate', afterBytes: 1000 } });
  assert.equal((await put()).status, 400);
  assert.equal(got[0]?.bytes, 1000);
});

test('takes CORS headers away, and hides the ETag alone', async () => {
  proxy.fault({ fault: WITHOUT_CORS });
  proxy.fault({ fault: ETAG_HIDDEN });
  assert.equal((await put()).headers.get('access-control-allow-origin'), null);
  const hidden = await put();
  assert.equal(hidden.headers.get('access-control-allow-origin'), '*');
  assert.equal(hidden.headers.get('access-control-expose-headers'), 'x-amz-request-id');
});

test('answers in the place of the store, with and without CORS', async () => {
  proxy.fault({ fault: errorInside200() });
  proxy.fault({ fault: expired({ cors: false }) });
  const inside = await put();
  assert.equal(inside.status, 200);
  assert.match(await inside.text(), /<Code>InternalError</);
  assert.equal((await put()).headers.get('access-control-allow-origin'), null);
  assert.equal(got.length, 0);
});

test('down, it refuses; up, it listens on the same port', async () => {
  await proxy.down();
  await assert.rejects(put());
  await proxy.up();
  assert.equal((await put()).status, 200);
});
