/**
 * Limits over what one owner has, gone around in three ways: one request after the other, fifty at
 * once, and with a KV that is a minute behind. With the Durable Object they are exact. Without it
 * they are exact for one isolate, which is what runs here, and bounded for several. A small file is
 * tried both ways that it can go: as an upload of one part, and by a form.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  isRefused,
  type CreateAnswer,
  type Created,
  type ListAnswer,
  type PartReceipt,
} from '../../worker/protocol.ts';
import { createLedger } from '../../worker/ledger/ledger.ts';
import { createLog } from '../../worker/util/log.ts';
import { localReservations } from '../../worker/policy/local-reservations.ts';
import { quotaOf } from '../../worker/policy/quota.ts';
import type { Limits, Reservation } from '../../worker/policy/reservations.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { startSink } from './counts/sink.ts';
import {
  idsInOrder,
  MIB,
  startLab,
  tokenOf,
  type Client,
  type Lab,
  type Settings,
} from './harness.ts';
import { fixedUpload } from './fixed-upload.ts';
import { firstSum } from './hostile/scene.ts';
import { memoryKV } from './memory-kv.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random, send } from './s3/uploads.ts';

const MB = 1_000_000;
const AT_ONCE = 50;

interface Place {
  readonly running: Running;
  readonly stop: () => void | Promise<void>;
}

/** How a small file goes to a store, and one where it goes like that. */
const WAYS = [
  { way: 'of one part', byForm: false, start: (): Promise<Place> => localR2.start() },
  { way: 'by a form', byForm: true, start: (): Promise<Place> => startSink(PROFILES.minio) },
] as const;

/** For tests in which the way of a small file makes no difference. */
let store: Place;
before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

/** Of a file whose content does not matter; a form is bound to a SHA-256. */
const ANY_SHA256 = Buffer.alloc(32).toString('base64');

/** Creates an upload for `body`, small enough for one request, and asserts that it goes this way. */
async function begin(
  client: Client,
  { byForm }: { readonly byForm: boolean },
  body: Uint8Array,
  id: string = randomUUID(),
): Promise<Created> {
  const checksums = await firstSum(client, body);
  const upload = await client.create({ id, bytes: body.length, checksums });
  assert.deepEqual(
    upload.requests.map(({ fields }) => fields !== undefined),
    [byForm],
  );
  return upload;
}

type Outcome = Awaited<ReturnType<Client['tryCreate']>>;
type File = Parameters<Client['tryCreate']>[0];

type Sums = { readonly checksums?: string[] };

/** Each: a claim, what a caller asks for again and again, and how often it may succeed. */
const COUNTED: readonly {
  readonly limit: string;
  readonly claim: (id: string) => object;
  /** `sums` are what a form wants to be told. */
  readonly file: (index: number, id: string, sums: Sums) => File;
  readonly allowed: number;
  readonly code: string;
}[] = [
  {
    limit: 'MAX_TOTAL_BYTES of 2 MB, with files of 1 MB',
    claim: () => ({ maxTotalBytes: 2 * MB }),
    file: (_, __, sums) => ({ bytes: MB, ...sums }),
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
    file: (_, __, sums) => ({ bytes: 10, ...sums }),
    allowed: 2,
    code: 'forbidden',
  },
  {
    limit: 'one id in a claim, under other names',
    claim: (id) => ({ ids: [id], maxFiles: 1 }),
    file: (index, id, sums) => ({ id, bytes: 10, name: `${index}.bin`, ...sums }),
    allowed: 1,
    code: 'conflict',
  },
  {
    limit: 'one id in a claim, with other sizes and types',
    claim: (id) => ({ ids: [id] }),
    file: (index, id, sums) => ({
      id,
      bytes: 10 + index,
      type: index % 2 ? 'image/png' : '',
      ...sums,
    }),
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

for (const { way, byForm, start } of WAYS) {
  for (const ownerLimits of [true, false]) {
    const guarantee = ownerLimits
      ? 'exactly, with the Durable Object'
      : 'exactly within one isolate, without the Durable Object';

    describe(`limits hold ${guarantee}, for small files ${way}`, () => {
      let place: Place;
      let lab: Lab;
      before(async () => {
        place = await start();
        lab = await startLab(place.running, { MAX_BYTES: '20MiB' }, { ownerLimits });
      });
      after(async () => {
        await lab.stop();
        await place.stop();
      });
      beforeEach(() => lab.bend({}));

      for (const { limit, claim, file, allowed, code } of COUNTED) {
        for (const { pace, bend, parallel } of PACES) {
          it(`${limit}: ${pace}`, async () => {
            await lab.bend(bend);
            const id = randomUUID();
            const upload = claim(id);
            const mallory = await lab.as(`mallory-${randomUUID()}`, { upload, jti: randomUUID() });
            const sums = byForm ? { checksums: [ANY_SHA256] } : {};
            const create = (n: number) => mallory.tryCreate(file(n, id, sums));
            const outcomes: Outcome[] = [];
            if (parallel) {
              const calls = Array.from({ length: AT_ONCE }, (_, n) => create(n));
              outcomes.push(...(await Promise.all(calls)));
            } else {
              for (let n = 0; n < 6; n++) outcomes.push(await create(n));
            }
            const refused = outcomes.filter(isRefused);
            assert.equal(outcomes.length - refused.length, allowed);
            assert.deepEqual([...new Set(refused.map(({ problem }) => problem.code))], [code]);
          });
        }
      }

      it(`MAX_TOTAL_BYTES of 100 lets ten of ${AT_ONCE} files of 10 bytes be completed at once`, async () => {
        const sub = `mallory-${randomUUID()}`;
        // Begun where no limit held, so that only Complete can refuse them.
        const unlimited = await lab.as(sub);
        const mallory = await lab.as(sub, { upload: { maxTotalBytes: 100 } });
        const body = random(10);
        const uploads = await Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            const upload = await begin(unlimited, { byForm }, body);
            return { upload, parts: await unlimited.sendParts(upload, body) };
          }),
        );
        const statuses = await Promise.all(
          uploads.map(
            async ({ upload, parts }) => (await mallory.complete(upload, { parts })).status,
          ),
        );
        assert.equal(statuses.filter((status) => status === 200).length, 10);
        assert.deepEqual([...new Set(statuses)].sort(), [200, 403]);
        const { store: bucket } = place.running;
        const kept = await Promise.all(uploads.map(({ upload }) => bucket.head(upload.key)));
        assert.equal(kept.filter((object) => object !== undefined).length, 10);
        const { body: list } = await mallory.get<ListAnswer>('/uploads?state=complete&limit=100');
        assert.equal(list.uploads.length, 10, 'and what was refused is not listed as complete');
      });

      const untilWhen = byForm ? 'when its form expires, and not before' : 'at once';
      it(`room of a cancelled file comes back ${untilWhen}`, async () => {
        const mallory = await lab.as(`mallory-${randomUUID()}`, { upload: { maxTotalBytes: 100 } });
        const body = random(60);
        const first = await begin(mallory, { byForm }, body);
        assert.equal((await mallory.delete(`/uploads/${first.id}`, tokenOf(first))).status, 204);
        const next = await mallory.tryCreate({ bytes: 60 });
        const signed = await mallory.sign(first, body, [1]);
        if (byForm) {
          assert.ok(isRefused(next), 'the form is still good');
          assert.equal(signed.problem.code, 'cancelled', 'and no other is signed');
          await lab.bend({ clockMs: 16 * 60_000 });
          assert.ok(!isRefused(await mallory.tryCreate({ bytes: 60 })));
        } else {
          assert.ok(!isRefused(next));
          // Because none of its URLs stores anything, neither an earlier nor a later one.
          for (const request of [...first.requests, ...signed.body.requests]) {
            const sent = await send(request, body);
            assert.match(await sent.text(), /NoSuchUpload/);
          }
          assert.ok(isRefused(await mallory.tryCreate({ bytes: 60 })), 'it came back once');
          assert.notEqual((await mallory.complete(first)).status, 200);
          assert.equal(await place.running.store.head(first.key), undefined);
        }
      });

      const ending = byForm ? 'settled, and counts' : 'aborted, and takes no room';
      it(`a file that was sent and never completed is ${ending}, when its time is over`, async () => {
        const mallory = await lab.as(`mallory-${randomUUID()}`, {
          upload: { maxTotalBytes: 100, expiresIn: 60 },
        });
        const body = random(60);
        const upload = await begin(mallory, { byForm }, body);
        const parts = await mallory.sendParts(upload, body);
        assert.ok(isRefused(await mallory.tryCreate({ bytes: 60 })), 'until then it counts');
        await lab.bend({ clockMs: 61_000 });
        await lab.sweep();
        const object = await place.running.store.head(upload.key);
        if (byForm) {
          assert.equal(await stateOf(mallory, upload), 'complete');
          assert.equal(object?.bytes, 60);
          assert.ok(isRefused(await mallory.tryCreate({ bytes: 60 })));
        } else {
          assert.equal(await stateOf(mallory, upload), 'expired');
          assert.equal(object, undefined);
          assert.ok(!isRefused(await mallory.tryCreate({ bytes: 60 })));
          assert.equal((await mallory.complete(upload, { parts })).problem.code, 'gone');
        }
      });

      it('a file that was never sent is released when its time is over', async () => {
        const claims = { upload: { maxTotalBytes: 100, expiresIn: 60 } };
        const mallory = await lab.as(`mallory-${randomUUID()}`, claims);
        const upload = await begin(mallory, { byForm }, random(60));
        await lab.bend({ clockMs: 61_000 });
        await lab.sweep();
        assert.equal(await stateOf(mallory, upload), 'expired');
        // The upkeep may run in another isolate than the one that remembers the Create.
        await lab.bend({ clockMs: 300_000 });
        assert.ok(!isRefused(await mallory.tryCreate({ bytes: 60 })), 'and takes no room');
      });

      it('a Create that is sent again is counted once', async () => {
        const upload = { maxTotalBytes: 100, maxFiles: 1 };
        const mallory = await lab.as(`mallory-${randomUUID()}`, { upload, jti: randomUUID() });
        const [id, body] = [randomUUID(), random(60)];
        const calls = Array.from({ length: 5 }, () => begin(mallory, { byForm }, body, id));
        const [one] = await Promise.all(calls);
        assert.ok(one);
        const created = await begin(mallory, { byForm }, body, id);
        assert.equal(created.key, one.key);
        const parts = await mallory.sendParts(created, body);
        assert.equal((await mallory.complete(created, { parts })).status, 200);
        assert.equal((await mallory.complete(one, { parts })).status, 200, 'the same upload');
        const other = await mallory.tryCreate({ bytes: 1 });
        assert.ok(isRefused(other));
      });
    });
  }
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

  it('the rate limit holds for parallel requests', async () => {
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
  for (const { way, byForm, start } of WAYS) {
    it(`lets in what KV does not show yet, and Complete removes what is over the limit: ${way}`, async () => {
      const place = await start();
      const lab = await startLab(place.running);
      const sub = `mallory-${randomUUID()}`;
      const mallory = await lab.as(sub, { upload: { maxTotalBytes: 100 } });
      try {
        const [earlier, later] = idsInOrder();
        const body = random(60);
        const first = await begin(mallory, { byForm }, body, earlier);
        // As another isolate would let it in: nothing of the first is known there.
        const second = await begin(await lab.as(sub), { byForm }, body, later);
        const ends: number[] = [];
        const sent: [Created, PartReceipt[]][] = [];
        for (const upload of [first, second]) {
          sent.push([upload, await mallory.sendParts(upload, body)]);
        }
        const { store: bucket } = place.running;
        assert.equal((await bucket.head(second.key)) !== undefined, byForm);
        for (const [upload, parts] of sent) {
          ends.push((await mallory.complete(upload, { parts })).status);
        }
        assert.deepEqual(ends, [200, 403]);
        assert.equal(await bucket.head(second.key), undefined);
        assert.ok(await bucket.head(first.key));
        const again = await send(second.requests[0] ?? assert.fail(), body);
        const code = await again.text();
        if (!byForm) assert.match(code, /NoSuchUpload/, 'nor does its URL bring it back');
      } finally {
        await lab.stop();
        await place.stop();
      }
    });

    it(`completes one of two files that one id was given to: ${way}`, async () => {
      const place = await start();
      const lab = await startLab(place.running);
      try {
        const id = randomUUID();
        const sub = `mallory-${randomUUID()}`;
        const mallory = await lab.as(sub, { upload: { ids: [id] } });
        const body = random(60);
        const checksums = await firstSum(mallory, body);
        const file = { id, bytes: 60, checksums };
        const one = await mallory.create({ ...file, name: 'one.bin' });
        // Another isolate does not know of the first, and writes its own record over that one's.
        await lab.bend({ kv: 'stale', clockMs: 200_000 });
        const other = await mallory.create({ ...file, name: 'other.bin' });
        await lab.bend({});
        assert.notEqual(one.key, other.key);
        const oneParts = await mallory.sendParts(one, body);
        const otherParts = await mallory.sendParts(other, body);
        const refused = await mallory.complete(one, { parts: oneParts });
        assert.equal(refused.status, 409);
        assert.equal((await mallory.complete(other, { parts: otherParts })).status, 200);
        const { store: bucket } = place.running;
        assert.equal(await bucket.head(one.key), undefined);
        assert.ok(await bucket.head(other.key));
      } finally {
        await lab.stop();
        await place.stop();
      }
    });
  }

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

  it('learns from reservations that an id belongs to a file with another checksum', async () => {
    const log = createLog(() => undefined);
    const now = () => 1_000_000;
    const ledger = createLedger(memoryKV(), { log, now, keepSeconds: null });
    const counting = { ledger, now, keepSeconds: null, reservations: localReservations() };
    const upload = (fileChecksum: string) =>
      fixedUpload({ fileChecksum, createdAt: 1000, expiresAt: 5000 });
    const rules = { maxOpen: null, maxTotalBytes: 100, maxPerGrant: null };
    const take = (sum: string) =>
      quotaOf(counting, { owner: 'alice' }).take(rules, upload(sum), 'create');
    await take('one');
    await take('one');
    await assert.rejects(take('other'), { code: 'conflict' });
  });

  it('has at most a thousand owners: it forgets the least recently used', async () => {
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
  /** Runs `work` with a lab, on a store where small files go this way. */
  const within = async (
    start: () => Promise<Place>,
    { settings = {}, ownerLimits = false }: { settings?: Settings; ownerLimits?: boolean },
    work: (lab: Lab, running: Running) => Promise<void>,
  ) => {
    const place = await start();
    const lab = await startLab(place.running, settings, { ownerLimits });
    try {
      await work(lab, place.running);
    } finally {
      await lab.stop();
      await place.stop();
    }
  };

  for (const { way, byForm, start } of WAYS) {
    for (const ownerLimits of [true, false]) {
      for (const { how, settings, bend } of TABLE) {
        const by = ownerLimits ? 'with' : 'without';
        it(`keeps a complete file ${way} whatever its token asks: ${how}, ${by} the Durable Object`, async () => {
          await within(start, { settings, ownerLimits }, async (lab, running) => {
            const alice = await lab.as('alice');
            const [small, large] = [random(10), random(6 * MIB)];
            for (const body of [small, large]) {
              const upload =
                body === small
                  ? await begin(alice, { byForm }, body)
                  : await alice.create({ bytes: body.length });
              const parts = await alice.sendParts(upload, body);
              assert.equal((await alice.complete(upload, { parts })).status, 200);
              await lab.bend(bend);
              const { problem, status } = await alice.delete(
                `/uploads/${upload.id}`,
                tokenOf(upload),
              );
              assert.equal(status, 409);
              assert.equal(problem.code, 'conflict');
              assert.equal((await running.store.head(upload.key))?.bytes, body.length);
              await lab.bend({});
            }
          });
        });
      }
    }

    it(`keeps a file ${way} also where another isolate has completed it and KV does not say so`, async () => {
      // One secret and one place for keys: two isolates of one Worker, each with a KV that is behind.
      const settings = { KEY_PREFIX: `worker-tests/${randomUUID()}/` };
      await within(start, { settings }, async (lab, running) => {
        const elsewhere = await startLab(running, settings);
        try {
          const [alice, there] = [await lab.as('alice'), await elsewhere.as('alice')];
          const body = random(10);
          const upload = await begin(alice, { byForm }, body);
          const parts = await alice.sendParts(upload, body);
          assert.equal((await there.complete(upload, { parts })).status, 200);
          const answer = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
          assert.equal(answer.status, 409);
          assert.ok(await running.store.head(upload.key));
          assert.equal((await alice.complete(upload, { parts })).status, 200);
        } finally {
          await elsewhere.stop();
        }
      });
    });

    for (const ownerLimits of [true, false]) {
      const by = ownerLimits ? 'with' : 'without';
      // Without the object nobody knows whether a form's file is complete: then it counts as that.
      const isKept = byForm && !ownerLimits;
      const what = isKept ? 'keeps a file that is cancelled' : 'lets a file be cancelled';
      it(`${what} between its PUT and its Complete: ${way}, ${by} the Durable Object`, async () => {
        await within(start, { ownerLimits }, async (lab, running) => {
          const alice = await lab.as('alice');
          const body = random(10);
          const upload = await begin(alice, { byForm }, body);
          const parts = await alice.sendParts(upload, body);
          const answer = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
          assert.equal(answer.status, isKept ? 409 : 204);
          assert.equal((await running.store.head(upload.key)) !== undefined, isKept);
          const { status } = await alice.complete(upload, { parts });
          assert.equal(status === 200, isKept);
        });
      });
    }
  }

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
