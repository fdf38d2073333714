/** Room that a request has reserved, and what becomes of it when the request fails. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sqliteState } from '../../worker/node/state/sqlite.ts';
import { isRefused } from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB } from './harness.ts';

/** Answers a request to the store in the place of the store; undefined: the store answers. */
type Instead = (request: Request) => Promise<Response> | undefined;

const REFUSED = () => new Response('<Error><Code>MetadataTooLarge</Code></Error>', { status: 400 });
const begins = ({ method, url }: Request) => method === 'POST' && url.includes('?uploads');

describe('room for an upload', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  /** A signer whose limits are exact, as with the Durable Object. */
  async function start(instead: Instead, more: Partial<SignerOptions> = {}) {
    const { kv, reservations } = await sqliteState(':memory:');
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
