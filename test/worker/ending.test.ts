/** An upload that ends while another request extends it: its record says that it has ended. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sqliteState } from '../../worker/node/state/sqlite.ts';
import type { KV } from '../../worker/ledger/ledger.ts';
import { localReservations } from '../../worker/policy/local-reservations.ts';
import type { Created, ListAnswer } from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB, sliceOf, type Client } from './harness.ts';
import { memoryKV } from './memory-kv.ts';

const HOUR_MS = 3_600_000;
const BODY = new Uint8Array(11 * MIB);

/** KV of which one operation on a record waits until the test lets it go. */
function holdingKV(kv: KV) {
  let wanted: 'get' | 'put' | undefined;
  let release = () => {};
  let isHeld = () => {};
  const hold = async (operation: 'get' | 'put', key: string) => {
    if (wanted !== operation || !key.startsWith('u:')) return;
    wanted = undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    isHeld();
    await released;
  };
  const holding: KV = {
    async get(key) {
      // What it has read by then is what it gives, however late.
      const value = await kv.get(key);
      await hold('get', key);
      return value;
    },
    async put(key, value, options) {
      await hold('put', key);
      await kv.put(key, value, options);
    },
    delete: (key) => kv.delete(key),
    list: (options) => kv.list(options),
  };
  return {
    kv: holding,
    /** Resolves when the next such operation has come. */
    next(operation: 'get' | 'put') {
      wanted = operation;
      return new Promise<void>((resolve) => (isHeld = resolve));
    },
    release: () => release(),
  };
}

describe('an upload that ends while it is extended', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  /** Signers that share their state, and a clock that a test sets. */
  async function startTwo(more: Partial<SignerOptions> = {}) {
    const clock = { ms: 0 };
    const now = () => Date.now() + clock.ms;
    const { kv, reservations } = await sqliteState(':memory:', { now });
    const held = holdingKV(kv);
    const start = apps(() => sink.running, `ending/${randomUUID()}/`);
    const options = { kv: held.kv, reservations, now, ...more };
    const [here, there] = [start({}, options), start({}, options)];
    return { here, there, clock, held };
  }

  async function sendAll(client: Client, upload: Created) {
    const parts = upload.plan.kind === 'multipart' ? upload.plan.parts : 1;
    const numbers = Array.from({ length: parts }, (_, index) => index + 1);
    const { body } = await client.sign(upload, BODY, numbers);
    for (const { number, url, method, headers } of body.requests) {
      sink.take(method, url, headers, new Blob([new Uint8Array(sliceOf(upload, BODY, number))]));
    }
    return numbers.map((number) => ({ number, etag: `"${number}"` }));
  }

  const stateOf = async (client: Client, { id }: Created) => {
    const { body } = await client.get<ListAnswer>('/uploads');
    return body.uploads.find((upload) => upload.id === id)?.state;
  };

  it('is cancelled, if it was cancelled at another place', async () => {
    const { here, there, clock, held } = await startTwo();
    const upload = await here.client.create({ bytes: BODY.length });
    clock.ms = 2 * HOUR_MS;
    const isHeld = held.next('put');
    const signing = there.client.sign(upload, BODY, [1]);
    await isHeld;
    assert.equal((await here.client.delete(`/uploads/${upload.id}`)).status, 204);
    held.release();
    assert.equal('token' in (await signing).body, false, 'it is not extended');
    assert.equal(await stateOf(here.client, upload), 'aborted');
  });

  it('is complete after the next upkeep, if it was completed at another place', async () => {
    const { here, there, clock, held } = await startTwo();
    const upload = await here.client.create({ bytes: BODY.length });
    const parts = await sendAll(here.client, upload);
    clock.ms = 2 * HOUR_MS;
    const isHeld = held.next('put');
    const signing = there.client.sign(upload, BODY, [1]);
    await isHeld;
    const { status, problem } = await here.client.complete(upload, { parts });
    assert.equal(status, 200, problem.detail);
    held.release();
    assert.equal('token' in (await signing).body, false, 'it is not extended');
    await here.sweep();
    assert.equal(await stateOf(here.client, upload), 'complete');
  });

  it('is not written as open, if another place has ended it and KV does not show that yet', async () => {
    const { here, there, clock, held } = await startTwo();
    const upload = await here.client.create({ bytes: BODY.length });
    const parts = await sendAll(here.client, upload);
    clock.ms = 2 * HOUR_MS;
    const isHeld = held.next('get');
    const signing = there.client.sign(upload, BODY, [1]);
    await isHeld;
    assert.equal((await here.client.complete(upload, { parts })).status, 200);
    held.release();
    await signing;
    assert.equal(await stateOf(here.client, upload), 'complete');
  });

  for (const operation of ['get', 'put'] as const) {
    it(`is cancelled, without a Durable Object, if one isolate did both: a late ${operation}`, async () => {
      const { here, clock, held } = await startTwo({ reservations: localReservations() });
      const upload = await here.client.create({ bytes: BODY.length });
      clock.ms = 2 * HOUR_MS;
      const isHeld = held.next(operation);
      const signing = here.client.sign(upload, BODY, [1]);
      await isHeld;
      assert.equal((await here.client.delete(`/uploads/${upload.id}`)).status, 204);
      held.release();
      assert.equal('token' in (await signing).body, false, 'it is not extended');
      assert.equal(await stateOf(here.client, upload), 'aborted');
    });
  }

  it('can be begun again with its id once it has been removed', async () => {
    const kv = memoryKV();
    const options = { kv, rules: { removable: true } };
    const { client } = apps(() => sink.running, `ending/${randomUUID()}/`)({}, options);
    const file = { id: randomUUID(), bytes: BODY.length };
    const first = await client.create(file);
    const parts = await sendAll(client, first);
    assert.equal((await client.complete(first, { parts })).status, 200);
    assert.equal((await client.delete(`/uploads/${first.id}`)).status, 204);
    const again = await client.create(file);
    assert.equal(await stateOf(client, again), 'open');
  });
});
