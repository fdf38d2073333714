/** `s3-upload serve`, with its state in SQLite. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ListAnswer } from '../../../worker/protocol.ts';
import { nodeOptionsFrom } from '../../../worker/node/options.ts';
import { memoryRateLimit } from '../../../worker/node/rate-limit.ts';
import { sqliteState } from '../../../worker/node/state/sqlite.ts';
import { runIn } from '../cli/setup.ts';
import { MIB, sliceOf, sumOf, tokenOf } from '../harness.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { random } from '../s3/uploads.ts';
import { scratch, serve, settingsFor, type Served } from './serving.ts';

let store: Running;
let place: Awaited<ReturnType<typeof scratch>>;

before(async () => {
  store = (await localR2.start()).running;
});
beforeEach(async () => {
  place = await scratch();
});
afterEach(() => place.drop());

describe('s3-upload serve', () => {
  let served: Served | undefined;
  const start = async (settings: Record<string, string> = {}) =>
    (served = await serve(place.folder, settingsFor(store, settings)));
  afterEach(() => served?.end('SIGKILL'));

  it('takes a file whose parts go through it, and remembers it after a crash', async () => {
    const first = await start({ RELAY: 'on', STATE_URL: 'sqlite:state/uploads.sqlite' });
    const client = await first.as('alice');
    const body = random(11 * MIB);
    const upload = await client.create({ bytes: body.length, name: 'relayed.bin' });
    for (const number of [1, 2, 3]) {
      const { checksum = '' } = sumOf(upload, body, number);
      const response = await first.fetch(`/uploads/${upload.id}/parts/${number}`, {
        method: 'PUT',
        headers: {
          authorization: client.authorization,
          'content-md5': checksum,
          ...tokenOf(upload),
        },
        body: new Uint8Array(sliceOf(upload, body, number)),
      });
      assert.equal(response.status, 200, await response.text());
    }
    await first.end('SIGKILL');

    const second = await start({ RELAY: 'on', STATE_URL: 'sqlite:state/uploads.sqlite' });
    const again = await second.as('alice');
    const { status, body: result } = await again.complete(upload);
    assert.equal(status, 200);
    assert.equal(result.bytes, body.length);
    const { body: list } = await again.get<ListAnswer>('/uploads?state=complete');
    assert.deepEqual(
      list.uploads.map(({ id, name }) => [id, name]),
      [[upload.id, 'relayed.bin']],
    );
  });

  it('answers the requests that are running when it is told to end, and takes no others', async () => {
    const { url, fetch: reach, end, logged, lines, as } = await start({ RELAY: 'on' });
    const client = await as('alice');
    const body = random(5 * MIB + 1);
    const upload = await client.create({ bytes: body.length });
    const part = sliceOf(upload, body, 1);
    const headers = {
      authorization: client.authorization,
      'content-length': String(part.length),
      'content-md5': sumOf(upload, body, 1).checksum ?? '',
      ...tokenOf(upload),
    };
    const running = request(`${url}/uploads/${upload.id}/parts/1`, { method: 'PUT', headers });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      running.once('error', reject);
      running.once('response', (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode));
      });
    });
    await new Promise((resolve) => running.write(part.subarray(0, MIB), resolve));
    // Another connection, on which nothing is running.
    await (await reach('/health')).text();

    const ended = end();
    await logged('stopping');
    await assert.rejects(reach('/health'), TypeError);
    running.end(part.subarray(MIB));
    assert.equal(await answered, 200);
    assert.equal(await ended, 0);
    assert.deepEqual(
      lines.slice(-2).map(({ event, action, status }) => [event, action, status]),
      [
        ['request', 'PUT /uploads/:id/parts/:number', 200],
        ['stopped', undefined, undefined],
      ],
    );
  });

  it('lets a slow client finish sending before it refuses, so that the answer is not lost', async () => {
    const { url } = await start({ RELAY: 'on' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = random(4 * MIB);
    const headers = { 'content-length': String(body.length), authorization: 'Bearer wrong' };
    const answers: unknown[] = [];
    for (const path of ['/uploads/some-id/parts/1', '/nothing']) {
      const refused = request(`${url}${path}`, { method: 'PUT', headers, agent });
      const ended = new Promise<void>((resolve, reject) => {
        refused.once('error', reject);
        refused.once('close', resolve);
      });
      refused.once('response', (response) => {
        answers.push([response.statusCode, refused.reusedSocket]);
        response.resume();
      });
      for (let sent = 0; sent < body.length; sent += MIB) {
        refused.write(body.subarray(sent, sent + MIB));
        // Longer in all than the half second after which the library would give up.
        await Promise.race([setTimeout(200), ended]);
      }
      refused.end();
      await ended;
    }
    assert.deepEqual(answers, [
      [401, false],
      [401, true],
    ]);
    agent.destroy();
  });

  it('lets nothing keep or guess an answer, whatever the method', async () => {
    const { url } = await start();
    for (const method of ['TRACE', 'GET', 'PROPFIND']) {
      const asked = request(`${url}/policy`, { method }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      assert.equal(answer.statusCode, method === 'TRACE' ? 405 : 401, method);
      assert.equal(answer.headers['cache-control'], 'no-store', method);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', method);
    }
  });

  it('logs as the Worker does, and nothing beside that', async () => {
    // In development it says what it found when it checked the bucket.
    const { fetch: reach, end, lines, errors } = await start({ NODE_ENV: 'production' });
    assert.equal((await reach('/policy', { headers: { 'x-request-id': 'x' } })).status, 401);
    assert.equal(await end('SIGINT'), 0);
    const events = new Set(lines.map(({ event }) => event));
    // In a clone whose page has not been built.
    events.delete('page_not_built');
    assert.deepEqual([...events].sort(), ['listening', 'request', 'stopped', 'stopping', 'sweep']);
    assert.ok(lines.every(({ level }) => level === 'info' || level === 'warn'));
    const line = lines.find(({ event }) => event === 'request');
    assert.equal(line?.['action'], 'GET /policy');
    assert.equal(line['status'], 401);
    assert.equal(line['code'], 'unauthenticated');
    assert.equal(errors(), '');
  });

  it('believes a proxy that it is told to trust about the address of the page, and nobody else', async () => {
    const headers = {
      origin: 'https://uploads.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'uploads.example.com',
    };
    const trusting = await start({ AUTH: 'anonymous', TRUSTED_PROXIES: 'loopback' });
    const own = await trusting.fetch('/policy', { headers });
    assert.equal(own.status, 200);
    assert.match(own.headers.get('set-cookie') ?? '', /^__Host-.*Secure/);
    await trusting.end();

    const plain = await start({ AUTH: 'anonymous' });
    assert.equal((await plain.fetch('/policy', { headers })).status, 403);
    const { origin: _, ...claims } = headers;
    const answer = await plain.fetch('/policy', { headers: claims });
    assert.match(answer.headers.get('set-cookie') ?? '', /^s3-upload-client=/);
  });

  it('holds an owner to a limit exactly, under parallel requests', async () => {
    const { as } = await start({ MAX_TOTAL_BYTES: '30MiB' });
    const client = await as('alice');
    const slots = await Promise.all(
      Array.from({ length: 20 }, () => client.tryCreate({ bytes: 6 * MIB, id: randomUUID() })),
    );
    assert.equal(slots.filter((slot) => !('problem' in slot)).length, 5);
  });
});

describe('the options of a server', () => {
  const settings = () => settingsFor(store, { RELAY: 'on' });

  it('are those of the Worker, counted exactly, with rounds of upkeep as on Workers Paid', async () => {
    const state = await sqliteState(':memory:');
    const options = nodeOptionsFrom(settings(), state);
    assert.equal(options.relay, true);
    assert.equal(options.kv, state.kv);
    assert.equal(options.reservations, state.reservations);
    assert.equal(options.workersPlan, 'paid');
    const free = nodeOptionsFrom({ ...settings(), WORKERS_PLAN: 'free' }, state);
    assert.equal(free.workersPlan, 'free');
    await state.close();
  });

  it('do not include RELAY under Deno, whose streams have no length', async () => {
    const state = await sqliteState(':memory:');
    Object.assign(globalThis, { Deno: {} });
    try {
      assert.throws(() => nodeOptionsFrom(settings(), state), /RELAY cannot be on under Deno/);
      assert.ok(nodeOptionsFrom({ ...settings(), RELAY: 'off' }, state));
    } finally {
      Reflect.deleteProperty(globalThis, 'Deno');
      await state.close();
    }
  });

  it('limit how many requests a caller may make in a minute', async () => {
    let now = 0;
    const { limit } = memoryRateLimit(2, () => now);
    const asked = [];
    for (const key of ['a', 'a', 'b', 'a']) asked.push((await limit({ key })).success);
    assert.deepEqual(asked, [true, true, true, false]);
    now = 60_000;
    assert.deepEqual(await limit({ key: 'a' }), { success: true });
  });
});

describe('s3-upload serve, with a setting that cannot work,', () => {
  for (const [what, settings, message] of [
    ['no AUTH', { AUTH: '' }, /AUTH is missing/],
    [
      'another database',
      { STATE_URL: 'postgres://user:secret@db/app' },
      /STATE_URL must be sqlite:/,
    ],
    ['no file for SQLite', { STATE_URL: 'sqlite:' }, /STATE_URL must be sqlite:/],
    ['a file that is a folder', { STATE_URL: 'sqlite:/' }, /SQLite file cannot be opened/],
    [
      'a Redis server that is not there',
      { STATE_URL: 'redis://user:secret@127.0.0.1:1/0' },
      /Redis or Valkey at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
    ],
    ['a port that is none', { PORT: '70000' }, /PORT must be from 0 to 65535/],
    ['a host that is none', { HOST: '203.0.113.1' }, /HOST 203\.0\.113\.1, PORT 0: EADDRNOTAVAIL/],
    ['a proxy that is none', { TRUSTED_PROXIES: 'proxy' }, /TRUSTED_PROXIES must list/],
    [
      'a secret that everybody knows, for every interface',
      { HOST: '0.0.0.0', TOKEN_SECRET: 'for-this-machine-only-and-not-a-secret' },
      /TOKEN_SECRET is the public value/,
    ],
  ] as const) {
    it(`ends at once and names it: ${what}`, async () => {
      const all = settingsFor(store, settings);
      const { status, errors } = await runIn(place.folder, all, 'serve');
      assert.equal(status, 1);
      assert.match(errors, message);
      assert.ok(!errors.includes('secret@'), errors);
    });
  }

  it('names a port that is taken', async () => {
    const served = await serve(place.folder, settingsFor(store));
    const { port } = new URL(served.url);
    const all = settingsFor(store, { PORT: port, STATE_URL: 'sqlite::memory:' });
    const { status, errors } = await runIn(place.folder, all, 'serve');
    assert.equal(status, 1);
    assert.match(errors, new RegExp(`PORT ${port}: the port is taken`));
    await served.end('SIGKILL');
  });

  it('refuses arguments, because everything is a setting', async () => {
    const { status, errors } = await runIn(place.folder, {}, 'serve', '--port', '1');
    assert.equal(status, 2);
    assert.match(errors, /--port/);
  });
});
