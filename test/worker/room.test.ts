/** Room that a request has reserved, and what becomes of it when the request fails. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sqliteState } from '../../worker/node/state/sqlite.ts';
import { localReservations } from '../../worker/policy/local-reservations.ts';
import { isRefused } from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { S3, uppy } from './companion/client.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB, tokenOf, type Client } from './harness.ts';
import { memoryKV } from './memory-kv.ts';

/** Answers a request to the store in the place of the store; undefined: the store answers. */
type Instead = (request: Request) => Promise<Response> | undefined;

const REFUSED = () => new Response('<Error><Code>MetadataTooLarge</Code></Error>', { status: 400 });
const begins = ({ method, url }: Request) => method === 'POST' && url.includes('?uploads');

/** A signer whose limits are exact, as with the Durable Object. */
async function startWith(sink: Sink, instead: Instead, more: Partial<SignerOptions> = {}) {
  const { kv, reservations } = await sqliteState(':memory:', more);
  const store = createStore({
    ...sink.running.config,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      return (await instead(request)) ?? fetch(request);
    },
  });
  const start = apps(() => sink.running, `room/${randomUUID()}/`);
  return start({}, { store, kv, reservations, ...more });
}

describe('room for an upload', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());
  const start = (instead: Instead, more?: Partial<SignerOptions>) => startWith(sink, instead, more);

  it('stays taken where two requests begin one upload at once, and one of them fails', async () => {
    const opening: (() => void)[] = [];
    const { client } = await start(
      (request) =>
        begins(request) && opening.length === 0
          ? new Promise((resolve) => opening.push(() => resolve(REFUSED())))
          : undefined,
      { rules: { maxOpen: 1 } },
    );
    const file = { id: randomUUID(), bytes: 11 * MIB };
    const failing = client.tryCreate(file);
    while (opening.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(!isRefused(await client.tryCreate(file)));
    opening[0]?.();
    assert.ok(isRefused(await failing));
    const other = await client.tryCreate({ bytes: 11 * MIB });
    assert.ok(isRefused(other), 'one upload is open already');
    assert.equal(other.problem.code, 'rate_limited');
  });

  it('is given back by each request that cannot begin an upload', async () => {
    let isDown = true;
    const { client } = await start(
      (request) => (isDown && begins(request) ? Promise.resolve(REFUSED()) : undefined),
      { rules: { maxOpen: 1 } },
    );
    const file = { id: randomUUID(), bytes: 11 * MIB };
    const both = await Promise.all([client.tryCreate(file), client.tryCreate(file)]);
    assert.ok(both.every(isRefused));
    isDown = false;
    assert.ok(!isRefused(await client.tryCreate({ bytes: 11 * MIB })));
  });
});

describe('room for a file that is refused', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  for (const [what, checksums] of [
    ['a checksum that is none', ['AAAA']],
    ['more checksums than parts', Array.from({ length: 8 }, () => 'AAAAAAAAAAA=')],
  ] as const) {
    it(`is not taken: ${what}`, async () => {
      const { client } = await startWith(sink, () => undefined, { rules: { maxOpen: 1 } });
      const asked = sink.asked.length;
      const refused = await client.tryCreate({ bytes: 11 * MIB, checksums: [...checksums] });
      assert.ok(isRefused(refused));
      assert.equal(refused.problem.code, 'invalid_request');
      assert.match(refused.problem.field ?? '', /^files\[0\]\.checksums\[/);
      assert.equal(sink.asked.length, asked, 'the store was not asked');
      assert.ok(!isRefused(await client.tryCreate({ bytes: 11 * MIB })));
    });
  }
});

describe('room for an upload that is resumed after its time', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  it('is given back if its record cannot be written', async () => {
    let now = Date.now();
    let isDown = false;
    const kv = memoryKV(() => now);
    const { client } = await startWith(sink, () => undefined, {
      rules: { maxOpen: 1, maxTotalBytes: 11 * MIB, uploadSeconds: 3600 },
      now: () => now,
      kv: {
        ...kv,
        put: async (...put) => {
          if (isDown) throw new Error('KV PUT failed: 500');
          await kv.put(...put);
        },
      },
    });
    const upload = await client.create({ bytes: 11 * MIB });
    now += 2 * 3_600_000;
    isDown = true;
    const { problem } = await client.post(`/uploads/${upload.id}/resume`);
    assert.equal(problem.code, 'store_unavailable');
    isDown = false;
    await client.create({ bytes: 11 * MIB });
  });
});

describe('room of a cancelled file', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  it('comes back, and nothing is relayed for it from then on', async () => {
    const { client } = await startWith(sink, () => undefined, {
      relay: true,
      rules: { maxTotalBytes: 10 },
    });
    const checksum = createHash('sha256').update('0123456789').digest('base64');
    const upload = await client.create({ bytes: 10, checksums: [checksum] });
    assert.equal(upload.requests[0]?.method, 'POST', 'it goes by a form');
    assert.equal((await client.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
    const { problem } = await client.call('PUT', `/uploads/${upload.id}/parts/1`, '0123456789', {
      'content-length': '10',
      'x-amz-checksum-sha256': checksum,
      ...tokenOf(upload),
    });
    assert.equal(problem.code, 'cancelled');
    assert.equal(sink.objects.has(upload.key), false);
  });
});

describe('room of a removed file', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  for (const [how, reservations] of [
    ['exactly', undefined],
    ['by the list of uploads', localReservations()],
  ] as const) {
    it(`comes back when its form has ended, counted ${how}; what the form stores again is removed`, async () => {
      let now = Date.now();
      const { client, sweep } = await startWith(sink, () => undefined, {
        rules: { maxTotalBytes: 10, removable: true },
        now: () => now,
        ...(reservations && { reservations }),
      });
      const checksums = [createHash('sha256').update('0123456789').digest('base64')];
      const upload = await client.create({ bytes: 10, checksums });
      const [request] = upload.requests;
      assert.ok(request?.fields);
      const form = new FormData();
      for (const [name, value] of Object.entries(request.fields)) form.set(name, value);
      form.set('file', new Blob(['0123456789']));
      const send = () => sink.take('POST', request.url, {}, form);
      send();
      assert.equal((await client.complete(upload)).status, 200);
      assert.equal((await client.delete(`/uploads/${upload.id}`)).status, 204);
      assert.equal(sink.objects.has(upload.key), false);
      const again = await client.post(
        `/uploads/${upload.id}/sign`,
        { parts: [{ number: 1, checksum: checksums[0] }] },
        tokenOf(upload),
      );
      assert.equal(again.problem.code, 'cancelled', 'no other form is signed');
      send();
      assert.ok(isRefused(await client.tryCreate({ bytes: 10, checksums })));
      assert.equal((await client.delete(`/uploads/${upload.id}`)).status, 204);

      now += 16 * 60_000;
      await sweep();
      assert.equal(sink.objects.has(upload.key), false);
      const next = await client.create({ bytes: 10, checksums });
      assert.equal((await client.delete(`/uploads/${next.id}`)).status, 204);
    });
  }

  it('comes back at once where no form can store it again', async () => {
    const { client } = await startWith(sink, () => undefined, {
      rules: { maxTotalBytes: 10, removable: true },
      checksum: null,
    });
    const upload = await client.create({ bytes: 10 });
    const [request] = upload.requests;
    assert.ok(request);
    const etag = sink.take(request.method, request.url, {}, new Blob(['0123456789']));
    const parts = [{ number: 1, etag }];
    assert.equal((await client.complete(upload, { parts })).status, 200);
    assert.equal((await client.delete(`/uploads/${upload.id}`)).status, 204);
    assert.equal((await client.get(`/uploads/${upload.id}`)).status, 404);
    await client.create({ bytes: 10 });
  });
});

describe('room for a file that comes by a form through the Worker', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.r2);
  });
  after(() => sink.stop());

  const start = (instead: Instead, more: Partial<SignerOptions> = {}) =>
    startWith(sink, instead, { companion: true, rules: { maxTotalBytes: 10 }, ...more });

  /** Asks for a form, and posts this body after its fields; its end is missing where it breaks off. */
  async function post(client: Client, body: string, isWhole = true): Promise<number> {
    const { status, body: form } = await uppy(client).params({ filename: 'a.bin' });
    if (status !== 200) return status;
    const fields = Object.entries(form.fields).map(
      ([name, value]) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n';
    const text = `${fields.join('')}${head}${body}\r\n--b--\r\n`;
    const answer = await client.call('POST', `${S3}/form`, isWhole ? text : text.slice(0, -12), {
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': String(text.length),
    });
    return answer.status;
  }

  it('is given back where the store refuses the file', async () => {
    let isDown = true;
    const { client } = await start(({ method }) =>
      isDown && method === 'PUT' ? Promise.resolve(REFUSED()) : undefined,
    );
    assert.equal(await post(client, '0123456789'), 500);
    isDown = false;
    assert.equal(await post(client, '0123456789'), 201);
    assert.equal(await post(client, '0'), 413, 'what is stored keeps its room');
  });

  it('is given back where the client breaks off', async () => {
    const { client } = await start(() => undefined);
    assert.equal(await post(client, '0123456789', false), 400);
    assert.equal(await post(client, '0123456789'), 201);
  });

  it('is not taken by a form that its caller may not send yet', async () => {
    let calls = 0;
    const rateLimit = { limit: async () => ({ success: ++calls <= 1 }) };
    const { client, log } = await start(() => undefined, { rateLimit });
    assert.equal(await post(client, '0123456789'), 429);
    calls = -1;
    assert.equal(await post(client, '0123456789'), 201);
    const owners = new Set(log.map((line) => (JSON.parse(line) as { owner?: string }).owner));
    assert.equal(owners.size, 1, 'and the log names the caller in each line');
  });

  it('stays taken where it is not known whether the store has the file', async () => {
    const { client } = await start(({ method }) =>
      method === 'GET' ? undefined : Promise.reject(new TypeError('Network connection lost.')),
    );
    assert.equal(await post(client, '0123456789'), 503);
    assert.equal(await post(client, '0123456789'), 413);
  });
});
