/** Two processes of `s3-upload serve` that share a Redis server, as behind a load balancer. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isRefused, type CreateAnswer, type ListAnswer } from '../../../worker/protocol.ts';
import { missing } from '../../tools.ts';
import { MIB, type Client } from '../harness.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { random } from '../s3/uploads.ts';
import { startRedis, type RedisServer } from './redis-server.ts';
import { scratch, serve, settingsFor, type Served } from './serving.ts';
import { startTogether } from '../../start-together.ts';

describe('two processes behind one Redis', { skip: missing('redis') ?? false }, () => {
  let redis: RedisServer;
  let place: Awaited<ReturnType<typeof scratch>>;
  let one: Served;
  let other: Served;
  let store: Running;
  let start: () => Promise<Served>;

  before(async () => {
    const [started, { running }] = await startTogether(startRedis(), localR2.start());
    redis = started;
    store = running;
    place = await scratch();
    start = () => serve(place.folder, settingsFor(store, { STATE_URL: redis.url }));
    [one, other] = await startTogether(start(), start());
  });
  after(async () => {
    await Promise.all([one?.end(), other?.end()]);
    await redis?.stop();
    await place?.drop();
  });

  const both = (sub: string, claims?: object): Promise<[Client, Client]> =>
    Promise.all([one.as(sub, { ...claims }), other.as(sub, { ...claims })]);

  it('finish on one what was begun on the other', async () => {
    const [client, elsewhere] = await both(randomUUID());
    const body = random(11 * MIB);
    const upload = await client.create({ bytes: body.length, name: 'shared.bin' });
    const first = await client.sendParts(upload, body, [1]);
    const rest = await elsewhere.sendParts(upload, body, [2, 3]);
    const parts = [...first, ...rest];
    const { status, body: result } = await elsewhere.complete(upload, { parts });
    assert.equal(status, 200);
    assert.equal(result.bytes, body.length);
    const again = await client.complete(upload, { parts });
    assert.deepEqual(again.body, result, 'the first process knows that it is complete');
    const { body: list } = await client.get<ListAnswer>('/uploads?state=complete');
    assert.deepEqual(
      list.uploads.map(({ id }) => id),
      [upload.id],
    );
  });

  it('resume on one what was begun on the other, from another device', async () => {
    const [client, elsewhere] = await both(randomUUID());
    const body = random(6 * MIB);
    const upload = await client.create({ bytes: body.length });
    const { status, body: resumed } = await elsewhere.post<typeof upload>(
      `/uploads/${upload.id}/resume`,
    );
    assert.equal(status, 200);
    const parts = await elsewhere.sendParts(resumed, body);
    assert.equal((await client.complete(resumed, { parts })).status, 200);
  });

  it('hold an owner to one limit together', async () => {
    const clients = await both(randomUUID(), { upload: { maxFiles: 4 } });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const files = [{ id: randomUUID(), name: 'a', bytes: 6 * MIB, type: '' }];
        return clients[index % 2 === 0 ? 0 : 1].post<CreateAnswer>('/uploads', { files });
      }),
    );
    const slots = answers.flatMap(({ body }) => body.uploads);
    assert.equal(slots.filter((slot) => !isRefused(slot)).length, 4);
    const refused = slots.flatMap((slot) => (isRefused(slot) ? [slot.problem.code] : []));
    assert.deepEqual(new Set(refused), new Set(['forbidden']));
  });

  it('do the upkeep in one process, until that ends', async () => {
    await Promise.race([one.logged('sweep'), other.logged('sweep')]);
    const rounds = [one, other].filter(({ lines }) => hasRound(lines));
    assert.equal(rounds.length, 1);
    const [holder] = rounds;
    const next = holder === one ? other : one;
    const spare = await start();
    // It ends only when its own attempt is over.
    await spare.end();
    assert.equal(hasRound(spare.lines), false);
    assert.equal(await holder?.end(), 0);
    const third = await start();
    await third.logged('sweep');
    if (next === one) other = third;
    else one = third;
  });

  it('say that the state is away, and go on when it is back, with everything that was there', async () => {
    const owner = randomUUID();
    const [client, elsewhere] = await both(owner, { upload: { maxFiles: 5 } });
    const body = random(11 * MIB);
    const upload = await client.create({ bytes: body.length });
    const first = await client.sendParts(upload, body, [1]);

    await redis.kill();
    const health = await one.fetch('/health');
    assert.equal(health.status, 503);
    const { headers } = health;
    assert.deepEqual(
      [headers.get('cache-control'), headers.get('x-content-type-options')],
      ['no-store', 'nosniff'],
    );
    const { code } = (await health.json()) as { code: string };
    assert.equal(code, 'store_unavailable');
    const refused = await client.tryCreate({ bytes: 6 * MIB });
    assert.ok(isRefused(refused));
    assert.equal(refused.problem.code, 'store_unavailable');
    assert.equal(refused.problem.retryAfter, 1);
    await one.logged('state_away');
    const rest = await elsewhere.sendParts(upload, body, [2]);

    await redis.start();
    await Promise.all([one.logged('state_back'), other.logged('state_back')]);
    assert.equal((await one.fetch('/health')).status, 200);
    const last = await elsewhere.sendParts(upload, body, [3]);
    const parts = [...first, ...rest, ...last];
    assert.equal((await client.complete(upload, { parts })).status, 200);
    const { body: list } = await elsewhere.get<ListAnswer>('/uploads');
    assert.deepEqual(
      list.uploads.map(({ id, state }) => [id, state]),
      [[upload.id, 'complete']],
    );
  });
});

function hasRound(lines: Served['lines']): boolean {
  return lines.some(({ event }) => event === 'sweep');
}
