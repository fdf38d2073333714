/**
 * Limits over what one owner has, gone around in three ways: one request after the other, fifty at
 * once, and with a KV that is a minute behind. With the Durable Object they are exact. Without it
 * they are exact for one isolate, which is what runs here, and bounded for several.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  isRefused,
  type CreateAnswer,
  type Created,
  type ListAnswer,
} from '../../worker/protocol.ts';
import { localReservations } from '../../worker/policy/local-reservations.ts';
import type { Limits, Reservation } from '../../worker/policy/reservations.ts';
import { MIB, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

const MB = 1_000_000;
const AT_ONCE = 50;

let store: { running: Running; stop: () => Promise<void> };
before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

type Outcome = Awaited<ReturnType<Client['tryCreate']>>;
type File = Parameters<Client['tryCreate']>[0];

/** Each: a claim, what a caller asks for again and again, and how often it may succeed. */
const COUNTED: readonly {
  readonly limit: string;
  readonly claim: (id: string) => object;
  readonly file: (index: number, id: string) => File;
  readonly allowed: number;
  readonly code: string;
}[] = [
  {
    limit: 'MAX_TOTAL_BYTES of 2 MB, with files of 1 MB',
    claim: () => ({ maxTotalBytes: 2 * MB }),
    file: () => ({ bytes: MB }),
    allowed: 2,
    code: 'forbidden',
  },
  {
    limit: 'MAX_OPEN_UPLOADS of 3',
    claim: () => ({ maxOpen: 3 }),
    file: () => ({ bytes: 6 * MIB }),
    allowed: 3,
    code: 'rate_limited',
  },
  {
    limit: 'maxFiles of 2 in a claim',
    claim: () => ({ maxFiles: 2 }),
    file: () => ({ bytes: 10 }),
    allowed: 2,
    code: 'forbidden',
  },
  {
    limit: 'one id in a claim, under other names',
    claim: (id) => ({ ids: [id], maxFiles: 1 }),
    file: (index, id) => ({ id, bytes: 10, name: `${index}.bin` }),
    allowed: 1,
    code: 'conflict',
  },
  {
    limit: 'one id in a claim, with other sizes and types',
    claim: (id) => ({ ids: [id] }),
    file: (index, id) => ({ id, bytes: 10 + index, type: index % 2 ? 'image/png' : '' }),
    allowed: 1,
    code: 'conflict',
  },
];

const PACES = [
  { pace: 'one after the other', bend: {}, parallel: false },
  { pace: `${AT_ONCE} at once`, bend: {}, parallel: true },
  { pace: `${AT_ONCE} at once, KV a minute behind`, bend: { kv: 'minute-behind' }, parallel: true },
  {
    pace: 'one after the other, KV a minute behind',
    bend: { kv: 'minute-behind' },
    parallel: false,
  },
] as const;

for (const ownerLimits of [true, false]) {
  const guarantee = ownerLimits
    ? 'exactly, with the Durable Object'
    : 'exactly within one isolate, without the Durable Object';

  describe(`limits hold ${guarantee}`, () => {
    let lab: Lab;
    before(async () => {
      lab = await startLab(store.running, { MAX_BYTES: '20MiB' }, { ownerLimits });
    });
    after(() => lab.stop());

    for (const { limit, claim, file, allowed, code } of COUNTED) {
      for (const { pace, bend, parallel } of PACES) {
        it(`${limit}: ${pace}`, async () => {
          await lab.bend(bend);
          const id = randomUUID();
          const upload = claim(id);
          const mallory = await lab.as(`mallory-${randomUUID()}`, { upload, jti: randomUUID() });
          const count = parallel ? AT_ONCE : 6;
          const outcomes: Outcome[] = [];
          if (parallel) {
            const calls = Array.from({ length: count }, (_, n) => mallory.tryCreate(file(n, id)));
            outcomes.push(...(await Promise.all(calls)));
          } else {
            for (let n = 0; n < count; n++) outcomes.push(await mallory.tryCreate(file(n, id)));
          }
          const refused = outcomes.filter(isRefused);
          assert.equal(outcomes.length - refused.length, allowed);
          assert.deepEqual([...new Set(refused.map(({ problem }) => problem.code))], [code]);
          await lab.bend({});
        });
      }
    }

    it('room that a cancelled file gives back is not given back before its URL has ended', async () => {
      await lab.bend({});
      const mallory = await lab.as(`mallory-${randomUUID()}`, { upload: { maxTotalBytes: 100 } });
      const first = await mallory.create({ bytes: 60 });
      assert.equal((await mallory.delete(`/uploads/${first.id}`, tokenOf(first))).status, 204);
      assert.ok(isRefused(await mallory.tryCreate({ bytes: 60 })), 'the URL is still good');
      const signed = await mallory.sign(first, random(60), [1]);
      assert.equal(signed.problem.code, 'conflict', 'and no other is signed');
      await lab.bend({ clockMs: 16 * 60_000 });
      assert.ok(!isRefused(await mallory.tryCreate({ bytes: 60 })));
      await lab.bend({});
    });

    it('a file that was sent and never completed is settled when its time is over', async () => {
      const mallory = await lab.as(`mallory-${randomUUID()}`, {
        upload: { maxTotalBytes: 100, expiresIn: 60 },
      });
      const upload = await mallory.create({ bytes: 60 });
      await mallory.sendParts(upload, random(60));
      await lab.bend({ clockMs: 61_000 });
      await lab.sweep();
      assert.equal(await stateOf(mallory, upload), 'complete');
      assert.ok(await store.running.store.head(upload.key));
      assert.ok(isRefused(await mallory.tryCreate({ bytes: 60 })), 'and it counts');
      await lab.bend({});
    });

    it('a file that was never sent is let go of when its time is over', async () => {
      const claims = { upload: { maxTotalBytes: 100, expiresIn: 60 } };
      const mallory = await lab.as(`mallory-${randomUUID()}`, claims);
      const upload = await mallory.create({ bytes: 60 });
      await lab.bend({ clockMs: 61_000 });
      await lab.sweep();
      assert.equal(await stateOf(mallory, upload), 'expired');
      // The upkeep may run in another isolate than the one that remembers the Create.
      await lab.bend({ clockMs: 300_000 });
      assert.ok(!isRefused(await mallory.tryCreate({ bytes: 60 })), 'and takes no room');
      await lab.bend({});
    });

    it('a Create that is sent again is counted once', async () => {
      const upload = { maxTotalBytes: 100, maxFiles: 1 };
      const mallory = await lab.as(`mallory-${randomUUID()}`, { upload, jti: randomUUID() });
      const file = { id: randomUUID(), bytes: 60 };
      const calls = Array.from({ length: 5 }, () => mallory.tryCreate(file));
      assert.ok((await Promise.all(calls)).every((slot) => !isRefused(slot)));
      const created = await mallory.create(file);
      await mallory.sendParts(created, random(60));
      assert.equal((await mallory.complete(created)).status, 200);
    });
  });
}

/** Each file is judged by itself, from the settings and the caller's token: there is nothing to race. */
describe('limits of one file hold by construction, fifty at once and with KV a minute behind', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab(store.running, {
      MAX_BYTES: '1MB',
      MIN_BYTES: '10',
      ACCEPT: 'image/*',
      MAX_FILES: '5',
      NAME_PATTERN: '^[a-z.]+$',
      METADATA: 'album',
      UPLOAD_TTL: '1h',
      URL_TTL: '5m',
    });
    await lab.bend({ kv: 'minute-behind' });
  });
  after(() => lab.stop());

  const good = { bytes: 100, name: 'a.png', type: 'image/png' };
  const REFUSED: [string, File, object][] = [
    ['MAX_BYTES', { ...good, bytes: MB + 1 }, {}],
    ['maxBytes in a claim', { ...good, bytes: 101 }, { maxBytes: 100 }],
    ['MIN_BYTES', { ...good, bytes: 9 }, {}],
    ['minBytes in a claim', { ...good, bytes: 100 }, { minBytes: 101 }],
    ['ACCEPT', { ...good, type: 'text/html' }, {}],
    ['accept in a claim', good, { accept: ['image/jpeg'] }],
    ['NAME_PATTERN', { ...good, name: 'A1.png' }, {}],
    ['METADATA', { ...good, metadata: { other: 'x' } }, {}],
    ['metadata in a claim', { ...good, metadata: { album: 'x' } }, { metadata: [] }],
    ['ids in a claim', good, { ids: [randomUUID()] }],
    ['ACL', good, { acl: 'public-read' }],
  ];
  for (const [limit, file, upload] of REFUSED) {
    it(`${limit} lets nothing through`, async () => {
      const mallory = await lab.as('mallory', { upload });
      const attempt = async () => {
        const entry = { id: randomUUID(), ...file };
        const { body, status } = await mallory.post<CreateAnswer>('/uploads', { files: [entry] });
        return status !== 200 || (body.uploads ?? []).every(isRefused);
      };
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, attempt));
      const isDropped = limit.toLowerCase().startsWith('metadata');
      if (!isDropped) return assert.deepEqual([...new Set(answers)], [true]);
      // Names that may not be set are left out of the object.
      const { upload: made } = await mallory.upload(random(100), file);
      const response = await mallory.get(`/uploads/${made.id}/file`, tokenOf(made));
      const object = await fetch(response.headers.get('location') ?? '');
      await object.arrayBuffer();
      const names = [...object.headers.keys()].filter((name) => name.startsWith('x-amz-meta-'));
      assert.deepEqual(names, ['x-amz-meta-upload-token']);
    });
  }

  it('a claim’s prefix begins every key', async () => {
    const mallory = await lab.as('mallory', { upload: { prefix: 'in' } });
    const calls = Array.from({ length: AT_ONCE }, () => mallory.create(good));
    for (const { key } of await Promise.all(calls)) assert.match(key, /^worker-tests\/[^/]+\/in\//);
  });

  it('MAX_FILES and UPLOAD_TTL, URL_TTL and expiresIn bound every request', async () => {
    const files = Array.from({ length: 6 }, () => ({ id: randomUUID(), ...good }));
    const calls = Array.from({ length: AT_ONCE }, async () => {
      const mallory = await lab.as('mallory', { upload: { expiresIn: 60 } });
      const answer = await mallory.post('/uploads', { files });
      const upload = await mallory.create(good);
      return { status: answer.status, upload };
    });
    for (const { status, upload } of await Promise.all(calls)) {
      assert.equal(status, 400);
      assert.ok(upload.expiresIn <= 60);
      assert.ok(Date.parse(upload.expiresAt) <= Date.now() + 61_000);
    }
    const upload = await (await lab.as('mallory')).create(good);
    assert.ok(upload.expiresIn <= 300);
    assert.ok(Date.parse(upload.expiresAt) <= Date.now() + 3601_000);
  });

  it('the rate limit holds for requests that come at once', async () => {
    const slow = await startLab(store.running, {}, { requestsPerMinute: 10 });
    try {
      const mallory = await slow.as('mallory');
      const calls = Array.from({ length: AT_ONCE }, () => mallory.get('/policy'));
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 200).length, 10);
    } finally {
      await slow.stop();
    }
  });
});

describe('without the Durable Object, another isolate', () => {
  it('lets in what KV does not show yet, and Complete removes what is over the limit', async () => {
    const lab = await startLab(store.running);
    const sub = `mallory-${randomUUID()}`;
    const mallory = await lab.as(sub, { upload: { maxTotalBytes: 100 } });
    try {
      const first = await mallory.create({ bytes: 60 });
      // As another isolate would let it in: nothing of the first is known there.
      const second = await (await lab.as(sub)).create({ bytes: 60 });
      for (const upload of [first, second]) await mallory.sendParts(upload, random(60));
      const [one, two] = [await mallory.complete(first), await mallory.complete(second)];
      assert.deepEqual([one.status, two.status], [200, 403]);
      assert.equal(await store.running.store.head(second.key), undefined);
      assert.ok(await store.running.store.head(first.key));
    } finally {
      await lab.stop();
    }
  });

  it('lets in what the limit allows once, and learns of the rest from KV', async () => {
    const limits: Limits = { maxOpen: null, maxTotalBytes: 100, maxPerGrant: null };
    const asker = { owner: 'hash', now: 1000 };
    const wanted = (): Reservation => ({
      id: randomUUID(),
      mark: randomUUID(),
      bytes: 60,
      inParts: false,
      createdAt: 1000,
      expiresAt: 5000,
      countsUntil: 9000,
    });
    const [here, there] = [localReservations(), localReservations()];
    const first = wanted();
    const nothing = () => Promise.resolve([]);
    assert.equal(await here.reserve(asker, first, limits, 'create', nothing), 'taken');
    assert.equal(await there.reserve(asker, wanted(), limits, 'create', nothing), 'taken');
    assert.equal(await here.reserve(asker, wanted(), limits, 'create', nothing), 'too_many_bytes');
    const shown = () => Promise.resolve([{ ...first, state: 'open' as const }]);
    const later = { ...asker, now: 1200 };
    assert.equal(await there.reserve(later, wanted(), limits, 'create', shown), 'too_many_bytes');
  });

  it('is no larger than a thousand owners: it forgets who has been quiet for longest', async () => {
    const reservations = localReservations();
    const limits: Limits = { maxOpen: null, maxTotalBytes: 100, maxPerGrant: null };
    const times = { createdAt: 1000, expiresAt: 5000, countsUntil: 9000 };
    const reserve = (owner: string) => {
      const wanted = { id: randomUUID(), mark: randomUUID(), bytes: 60, inParts: false, ...times };
      const nothing = () => Promise.resolve([]);
      return reservations.reserve({ owner, now: 1000 }, wanted, limits, 'create', nothing);
    };
    assert.equal(await reserve('first'), 'taken');
    for (let index = 1; index < 1000; index++) await reserve(`owner-${index}`);
    assert.equal(await reserve('first'), 'too_many_bytes', 'it is remembered among a thousand');
    for (let index = 1; index <= 1000; index++) await reserve(`other-${index}`);
    assert.equal(await reserve('first'), 'taken', 'and not among two thousand');
  });
});

describe('REMOVABLE=off', () => {
  const TABLE = [
    { how: 'KV a minute behind', settings: {}, bend: { kv: 'minute-behind' } },
    { how: 'KV that forgets', settings: {}, bend: { kvText: '' } },
    { how: 'a KEEP_FOR that is over', settings: { KEEP_FOR: '60s' }, bend: { clockMs: 3600_000 } },
  ] as const;
  for (const ownerLimits of [true, false]) {
    for (const { how, settings, bend } of TABLE) {
      const by = ownerLimits ? 'with' : 'without';
      it(`keeps a complete file whatever its token asks: ${how}, ${by} the Durable Object`, async () => {
        const lab = await startLab(store.running, settings, { ownerLimits });
        try {
          const alice = await lab.as('alice');
          for (const bytes of [10, 6 * MIB]) {
            const { upload, answer } = await alice.upload(random(bytes));
            assert.equal(answer.status, 200);
            await lab.bend(bend);
            const { problem, status } = await alice.delete(
              `/uploads/${upload.id}`,
              tokenOf(upload),
            );
            assert.equal(status, 409);
            assert.equal(problem.code, 'conflict');
            assert.equal((await store.running.store.head(upload.key))?.bytes, bytes);
            await lab.bend({});
          }
        } finally {
          await lab.stop();
        }
      });
    }
  }

  it('keeps it also where another isolate has completed it and KV does not say so', async () => {
    const lab = await startLab(store.running);
    try {
      const alice = await lab.as('alice');
      const upload = await alice.create({ bytes: 10 });
      await alice.sendParts(upload, random(10));
      // Nobody here knows whether it is complete: an object that is sent counts as one that is.
      const answer = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
      assert.equal(answer.status, 409);
      assert.ok(await store.running.store.head(upload.key));
      assert.equal((await alice.complete(upload)).status, 200);
    } finally {
      await lab.stop();
    }
  });

  it('lets a file be cancelled between its PUT and its Complete, with the Durable Object', async () => {
    const lab = await startLab(store.running, {}, { ownerLimits: true });
    try {
      const alice = await lab.as('alice');
      const upload = await alice.create({ bytes: 10 });
      await alice.sendParts(upload, random(10));
      const answer = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
      assert.equal(answer.status, 204);
      assert.equal(await store.running.store.head(upload.key), undefined);
      assert.notEqual((await alice.complete(upload)).status, 200);
    } finally {
      await lab.stop();
    }
  });

  it('lists a complete file no longer than KEEP_FOR, though its record lives on', async () => {
    const lab = await startLab(store.running, { KEEP_FOR: '60s' });
    try {
      const alice = await lab.as('alice');
      await alice.upload(random(10));
      assert.equal((await alice.get<ListAnswer>('/uploads')).body.uploads.length, 1);
      await lab.bend({ clockMs: 120_000 });
      assert.equal((await alice.get<ListAnswer>('/uploads')).body.uploads.length, 0);
    } finally {
      await lab.stop();
    }
  });
});

async function stateOf(client: Client, { id }: Created): Promise<string> {
  return (await client.get<{ state: string }>(`/uploads/${id}`)).body.state;
}
