/**
 * Uploads that take longer than a day: what moves does not expire, and what is whole is completed. The
 * signer's clock is the test's; what is signed for the store stays in the store's time.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import type {
  Created,
  ListAnswer,
  PartReceipt,
  RelayAnswer,
  ResumeAnswer,
  SignAnswer,
  UploadStatusAnswer,
} from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { createLedger } from '../../worker/ledger/ledger.ts';
import { createLog } from '../../worker/log.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { Store } from '../../worker/s3/store.ts';
import { createUpkeep } from '../../worker/signer.ts';
import type { Upload } from '../../worker/upload/upload.ts';
import type { Bend } from './bend.ts';
import { uppy } from './companion/client.ts';
import {
  allParts,
  MIB,
  sliceOf,
  startLab,
  sumOf,
  tokenOf,
  type Client,
  type Lab,
} from './harness.ts';
import { memoryKV } from './memory-kv.ts';
import { localR2, onEveryStore, type Running } from './s3/stores.ts';
import { download, random, send } from './s3/uploads.ts';

const HOUR_MS = 3_600_000;
/** `UPLOAD_TTL` as it is by default. */
const LIFE_HOURS = 36;

/** A caller whose own token outlives the longest upload here. */
const lasting = (lab: Lab, sub: string, claims: object = {}): Promise<Client> =>
  lab.as(sub, { exp: Math.floor(Date.now() / 1000) + 30 * 86_400, ...claims });

/** From now on it is so many hours after the test began, for the signer. */
const at = (lab: Lab, hours: number, more: Bend = {}): Promise<void> =>
  lab.bend({ clockMs: hours * HOUR_MS, ...more });

/** What a page does: it signs and sends the parts, and keeps the token that comes along. */
async function sendOn(
  client: Client,
  upload: Created,
  body: Uint8Array,
  numbers: readonly number[],
  stored: readonly PartReceipt[] = [],
): Promise<{ upload: Created; receipts: PartReceipt[] }> {
  const more = stored.length > 0 ? { stored } : {};
  const { body: answer, status, problem } = await client.sign(upload, body, numbers, more);
  assert.equal(status, 200, problem.detail);
  const { token = upload.token, expiresAt = upload.expiresAt } = answer as SignAnswer;
  const receipts: PartReceipt[] = [];
  for (const request of answer.requests) {
    const response = await send(request, sliceOf(upload, body, request.number));
    assert.equal(response.status, 200, await response.text());
    const etag = response.headers.get('etag') ?? '';
    receipts.push({ number: request.number, etag, ...sumOf(upload, body, request.number) });
  }
  return { upload: { ...upload, token, expiresAt }, receipts };
}

onEveryStore(
  'an upload that moves',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;

    before(async () => {
      lab = await startLab(running(), { S3_ABORTS_AFTER: 'never', RELAY: 'on', COMPANION: 'on' });
      alice = await lasting(lab, 'alice');
    });
    afterEach(() => lab.bend({}));
    after(() => lab.stop());

    it('for 50 hours is created once, sends each part once, and is done', async () => {
      const body = random(51 * MIB);
      let upload = await alice.create({ bytes: body.length, name: 'slow.mov' });
      const numbers = allParts(upload);
      const receipts: PartReceipt[] = [];
      await lab.seen();
      for (const number of numbers) {
        await at(lab, ((number - 1) * 50) / (numbers.length - 1));
        await lab.sweep();
        const sent = await sendOn(alice, upload, body, [number], receipts);
        upload = sent.upload;
        receipts.push(...sent.receipts);
      }
      const { status, body: result, problem } = await alice.complete(upload, { parts: receipts });
      await lab.bend({});
      assert.equal(status, 200, problem.detail);
      assert.deepEqual(await download(running(), result.key), body);
      const { store, kv, events } = await lab.seen();
      assert.deepEqual(
        store.filter((line) => /^POST .*\?uploads/.test(line)),
        [],
        'it was created once',
      );
      assert.deepEqual(
        events.map(({ type }) => type),
        ['completed'],
      );
      const writes = kv.filter((line) => line.startsWith('put u:'));
      assert.ok(writes.length <= numbers.length + 1, `${writes.length} writes of its record`);
    });

    it('gets no new token and costs no write within its first hour', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await lab.seen();
      await at(lab, 0.99);
      const early = await alice.sign(upload, body, [1]);
      assert.equal('token' in early.body, false);
      assert.deepEqual((await lab.seen()).kv, []);
      await at(lab, 1.01);
      const { body: first } = await alice.sign(upload, body, [1]);
      const renewed = first as SignAnswer;
      assert.ok(renewed.token && renewed.expiresAt);
      const longer = Date.parse(renewed.expiresAt) - Date.parse(upload.expiresAt);
      assert.ok(Math.abs(longer - 1.01 * HOUR_MS) <= 2000, `${longer} ms longer`);
      await alice.sign({ ...upload, token: renewed.token }, body, [2]);
      const { kv } = await lab.seen();
      assert.equal(kv.filter((line) => line.startsWith('put')).length, 1);
      await lab.bend({});
    });

    it('is as long-lived in its record as in its token, so that the upkeep lets it be', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await at(lab, LIFE_HOURS - 1);
      const { upload: longer, receipts } = await sendOn(alice, upload, body, [1]);
      await at(lab, LIFE_HOURS + 1);
      await lab.sweep();
      const status = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
      assert.equal(status.body.state, 'open');
      assert.equal(status.body.expiresAt, longer.expiresAt);
      const rest = await sendOn(alice, longer, body, [2]);
      const parts = [...receipts, ...rest.receipts];
      assert.equal((await alice.complete(rest.upload, { parts })).status, 200);
      await lab.bend({});
    });

    it('can go on with a token that was replaced long ago', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await at(lab, LIFE_HOURS - 1);
      const { receipts } = await sendOn(alice, upload, body, [1]);
      await at(lab, LIFE_HOURS + 1);
      const rest = await sendOn(alice, upload, body, [2, 3]);
      assert.notEqual(rest.upload.token, upload.token);
      const parts = [...receipts, ...rest.receipts];
      assert.equal((await alice.complete(upload, { parts })).status, 200);
      await lab.bend({});
    });

    it('through the Worker gets its new tokens with its parts', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const relay = async (number: number, token: string) => {
        const part = sliceOf(upload, body, number);
        const { checksum } = sumOf(upload, body, number);
        const algorithm = upload.checksum ?? '';
        const name = algorithm === 'md5' ? 'content-md5' : `x-amz-checksum-${algorithm}`;
        const response = await lab.fetch(`/uploads/${upload.id}/parts/${number}`, {
          method: 'PUT',
          headers: {
            authorization: alice.authorization,
            'upload-token': token,
            ...(checksum !== undefined && { [name]: checksum }),
          },
          body: new Uint8Array(part),
        });
        const answer = (await response.json()) as RelayAnswer;
        assert.equal(response.status, 200, JSON.stringify(answer));
        return { receipt: { number, etag: answer.etag, ...sumOf(upload, body, number) }, answer };
      };
      await at(lab, LIFE_HOURS - 1);
      const first = await relay(1, upload.token);
      const { token } = first.answer;
      assert.ok(token);
      await at(lab, LIFE_HOURS + 30);
      const second = await relay(2, token);
      const parts = [first.receipt, second.receipt];
      const { status } = await alice.complete({ ...upload, token }, { parts });
      await lab.bend({});
      assert.equal(status, 200);
    });

    it('goes on for clients of Companion’s, which cannot take a new token', async () => {
      const client = uppy(alice);
      const { body: upload } = await client.create({ filename: 'a.bin', type: 'image/png' });
      const body = random(11 * MIB);
      const parts = [];
      for (const [index, hours] of [0, LIFE_HOURS - 1, 2 * LIFE_HOURS - 2].entries()) {
        await at(lab, hours);
        await lab.sweep();
        const piece = body.subarray(index * 5 * MIB, (index + 1) * 5 * MIB);
        parts.push(await client.send(upload, index + 1, piece));
      }
      const { status, problem } = await client.complete(upload, parts);
      await lab.bend({});
      assert.equal(status, 200, problem.detail);
    });
  },
);

onEveryStore(
  'an upload whose time is up',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    const body = random(6 * MIB);

    before(async () => {
      lab = await startLab(running());
      alice = await lasting(lab, 'alice');
    });
    afterEach(() => lab.bend({}));
    after(() => lab.stop());

    /** Long after the token’s end. */
    const late = () => at(lab, LIFE_HOURS + 1);

    for (const bytes of [1000, 6 * MIB]) {
      it(`and of which all ${bytes} bytes have arrived is completed`, async () => {
        const whole = random(bytes);
        const upload = await alice.create({ bytes });
        const parts = await alice.sendParts(upload, whole);
        await late();
        const { status, body: result, problem } = await alice.complete(upload, { parts });
        const again = await alice.complete(upload, { parts });
        await lab.bend({});
        assert.equal(status, 200, problem.detail);
        assert.deepEqual(again.body, result);
        assert.deepEqual(await download(running(), result.key), whole);
      });
    }

    it('is completed for nobody but its owner, and only if the policy still allows it', async () => {
      const upload = await alice.create({ bytes: body.length });
      const parts = await alice.sendParts(upload, body);
      await late();
      const bob = await lasting(lab, 'bob');
      assert.equal((await bob.complete(upload, { parts })).status, 404);
      const forged = { ...upload, token: `${upload.token.slice(0, -4)}AAAA` };
      assert.equal((await alice.complete(forged, { parts })).status, 401);
      await at(lab, LIFE_HOURS + 1, { deny: 'complete' });
      const refused = await alice.complete(upload, { parts });
      await lab.bend({});
      assert.equal(refused.status, 403);
      assert.equal(await running().store.head(upload.key), undefined);
    });

    it('and that was cancelled stays cancelled', async () => {
      for (const bytes of [1000, 6 * MIB]) {
        const upload = await alice.create({ bytes });
        await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
        await late();
        const { status } = await alice.complete(upload, { parts: [] });
        const resumed = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
        await lab.bend({});
        assert.ok(status === 409 || status === 410, `${status}`);
        assert.equal(resumed.status, 409);
      }
    });

    it('and that is not whole is resumed by its owner, with every part that has arrived', async () => {
      const whole = random(11 * MIB);
      const upload = await alice.create({ bytes: whole.length });
      const receipts = await alice.sendParts(upload, whole, [1, 2]);
      await alice.sign(upload, whole, [3], { stored: receipts });
      await late();
      const incomplete = await alice.complete(upload, { parts: receipts });
      assert.equal(incomplete.status, 410);
      assert.equal(incomplete.problem.code, 'expired');
      assert.equal((await alice.sign(upload, whole, [3])).problem.code, 'expired');

      const path = `/uploads/${upload.id}/resume`;
      const { body: resumed, status } = await alice.post<ResumeAnswer>(path);
      assert.equal(status, 200);
      assert.deepEqual(
        resumed.parts.map(({ number }) => number),
        [1, 2],
      );
      await lab.sweep();
      const rest = await sendOn(alice, resumed, whole, [3]);
      const parts = [...receipts, ...rest.receipts];
      const done = await alice.complete(rest.upload, { parts });
      await lab.bend({});
      assert.equal(done.status, 200, done.problem.detail);
      assert.deepEqual(await download(running(), upload.key), whole);
    });

    it('is the same upload for a Create that is sent again', async () => {
      const file = { id: randomUUID(), name: 'again.bin', bytes: body.length };
      const first = await alice.create(file);
      const receipts = await alice.sendParts(first, body, [1]);
      await late();
      await lab.seen();
      const second = await alice.create(file);
      const { store } = await lab.seen();
      assert.deepEqual(store, [], 'no second CreateMultipartUpload');
      assert.equal(second.key, first.key);
      const rest = await sendOn(alice, second, body, [2]);
      const parts = [...receipts, ...rest.receipts];
      const { status } = await alice.complete(rest.upload, { parts });
      await lab.bend({});
      assert.equal(status, 200);
    });

    it('is gone, which has a code of its own, once the upkeep has aborted it', async () => {
      const upload = await alice.create({ bytes: body.length });
      const parts = await alice.sendParts(upload, body);
      await late();
      for (let round = 0; round < 3; round++) await lab.sweep();
      const completed = await alice.complete(upload, { parts });
      const resumed = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
      await lab.bend({});
      assert.equal(completed.problem.code, 'gone');
      assert.equal(resumed.problem.code, 'gone');
      assert.equal(resumed.status, 410);
    });

    it('is gone for who resumes it, if the store has dropped it', async (t) => {
      if (!running().config.profile.listParts) return t.skip('the store cannot be asked');
      const upload = await alice.create({ bytes: body.length });
      await alice.sendParts(upload, body, [1]);
      const [, claims = ''] = upload.token.split('.');
      const { multipart } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        multipart: { uploadId: string };
      };
      await running().store.abortMultipart(upload.key, multipart.uploadId);
      for (const hours of [0, LIFE_HOURS + 1]) {
        await at(lab, hours);
        const { problem } = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(upload));
        assert.equal(problem.code, 'gone');
      }
      await lab.bend({});
    });
  },
);

describe('the end of an upload', () => {
  let store: { running: Running; stop: () => Promise<void> };
  const body = random(6 * MIB);
  before(async () => {
    store = await localR2.start();
  });
  after(() => store.stop());

  const within = async (
    settings: Record<string, string>,
    work: (lab: Lab) => Promise<void>,
    ownerLimits = false,
  ) => {
    const lab = await startLab(store.running, settings, { ownerLimits });
    try {
      await work(lab);
    } finally {
      await lab.stop();
    }
  };

  const ENDS = [
    { name: 'UPLOAD_MAX_AGE', settings: { UPLOAD_MAX_AGE: '40h' }, upload: undefined },
    { name: 'expiresIn in a claim', settings: {}, upload: { expiresIn: 40 * 3600 } },
  ] as const;
  for (const { name, settings, upload: claim } of ENDS) {
    it(`is extended by nothing beyond ${name}`, async () => {
      await within(settings, async (lab) => {
        const alice = await lasting(lab, 'alice', claim && { upload: claim });
        const upload = await alice.create({ bytes: body.length });
        const end = Date.now() + 40 * HOUR_MS;
        await at(lab, 30);
        const { upload: longer } = await sendOn(alice, upload, body, [1]);
        assert.ok(Math.abs(Date.parse(longer.expiresAt) - end) < 60_000, longer.expiresAt);
        await at(lab, 39.99);
        const { body: signed } = await alice.sign(longer, body, [1]);
        assert.equal('token' in signed, false);
        assert.ok(signed.expiresIn <= 36, 'no signature outlives it');
        await at(lab, 40.01);
        for (const token of [longer.token, upload.token]) {
          const old = { ...upload, token };
          assert.equal((await alice.sign(old, body, [1])).problem.code, 'expired');
          const resumed = await alice.post(`/uploads/${upload.id}/resume`, {}, tokenOf(old));
          assert.equal(resumed.problem.code, 'expired');
        }
      });
    });
  }

  it('follows the narrower rules of whoever extends it', async () => {
    await within({}, async (lab) => {
      const wide = await lasting(lab, 'alice');
      const narrow = await lasting(lab, 'alice', { upload: { expiresIn: 3 * 3600 } });
      const upload = await wide.create({ bytes: body.length });
      await at(lab, 30);
      const { body: signed } = await narrow.sign(upload, body, [1]);
      assert.equal('token' in signed, false);
      assert.ok('token' in (await wide.sign(upload, body, [1])).body);
    });
  });

  it('does not move where its record cannot, and moves with the next call that can', async () => {
    await within({}, async (lab) => {
      const alice = await lasting(lab, 'alice');
      const upload = await alice.create({ bytes: body.length });
      await at(lab, 20, { kv: 'puts-fail' });
      assert.equal('token' in (await alice.sign(upload, body, [1])).body, false);
      await at(lab, 20);
      assert.ok('token' in (await alice.sign(upload, body, [1])).body);
    });
  });

  it('is not brought back by a signing call after the upload was cancelled or completed', async () => {
    await within({ REMOVABLE: 'off' }, async (lab) => {
      const alice = await lasting(lab, 'alice');
      const cancelled = await alice.create({ bytes: body.length });
      await alice.delete(`/uploads/${cancelled.id}`, tokenOf(cancelled));
      const { upload: complete } = await alice.upload(body);
      await at(lab, 20);
      await alice.sign(cancelled, body, [1]);
      await alice.sign(complete, body, [1]);
      const { body: list } = await alice.get<ListAnswer>('/uploads');
      const states = new Map(list.uploads.map(({ id, state }) => [id, state]));
      assert.equal(states.get(cancelled.id), 'aborted');
      assert.equal(states.get(complete.id), 'complete');
    });
  });

  for (const ownerLimits of [true, false]) {
    const by = ownerLimits ? 'with' : 'without';
    it(`is the end of its room, too: what moves counts as long as it does, ${by} the Durable Object`, async () => {
      const settings = { MAX_TOTAL_BYTES: '10MiB', MAX_OPEN_UPLOADS: '5' };
      await within(
        settings,
        async (lab) => {
          const alice = await lasting(lab, 'alice');
          const upload = await alice.create({ bytes: body.length });
          await at(lab, LIFE_HOURS - 1);
          const longer = await sendOn(alice, upload, body, [1]);
          await at(lab, LIFE_HOURS + 10);
          const other = await alice.tryCreate({ bytes: body.length });
          assert.equal(isRefused(other) && other.problem.code, 'forbidden');
          await at(lab, 3 * LIFE_HOURS);
          assert.equal(isRefused(await alice.tryCreate({ bytes: body.length })), false);
          // Its room has been given to the other one, so it cannot be resumed.
          const path = `/uploads/${upload.id}/resume`;
          const resumed = await alice.post(path, {}, tokenOf(longer.upload));
          assert.equal(resumed.status, 403);
        },
        ownerLimits,
      );
    });
  }
});

describe('when the store drops an upload', () => {
  let store: { running: Running; stop: () => Promise<void> };
  before(async () => {
    store = await localR2.start();
  });
  after(() => store.stop());

  for (const [setting, seconds] of [
    ['7d', 7 * 86_400],
    ['never', null],
    ['', null],
  ] as const) {
    it(`is said at Create, by resume and by the status: S3_ABORTS_AFTER=${setting || '(unset)'}`, async () => {
      const lab = await startLab(store.running, { S3_ABORTS_AFTER: setting });
      try {
        const alice = await lasting(lab, 'alice');
        const upload = await alice.create({ bytes: 6 * MIB });
        const now = Date.now() / 1000;
        const { body: resumed } = await alice.post<Created>(`/uploads/${upload.id}/resume`);
        const { body: status } = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
        for (const { storeExpiresAt } of [upload, resumed, status]) {
          if (seconds === null) assert.equal(storeExpiresAt, null);
          else assert.ok(Math.abs((storeExpiresAt ?? 0) - now - seconds) < 30, `${storeExpiresAt}`);
        }
      } finally {
        await lab.stop();
      }
    });
  }
});

describe('the upkeep', () => {
  const CREATED = 1_800_000_000;
  const LIFE = LIFE_HOURS * 3600;
  const KV_MINUTE = 60;

  /** Which state the record has after a round at this moment, by a KV that shows `upload`. */
  async function stateAfter(upload: Upload, seconds: number): Promise<string | undefined> {
    const now = () => seconds * 1000;
    const kv = memoryKV(now);
    const log = () => undefined;
    const ledger = createLedger(kv, { log: createLog(log), now, keepSeconds: null });
    await ledger.put({ state: 'open', upload }, () => undefined);
    const store = {
      bucket: 'uploads',
      profile: PROFILES['r2-local'],
      abortMultipart: () => Promise.resolve(),
      head: () => Promise.resolve(undefined),
    } as Partial<Store> as Store;
    const tokenSecrets = ['the-secret-that-seals-upload-tokens-in-tests'] as const;
    const authenticate = () => ({ owner: 'alice' });
    await createUpkeep({ store, kv, authenticate, tokenSecrets, now, log })(() => undefined);
    return (await ledger.get(upload.owner, upload.id))?.state;
  }

  const UPLOAD: Upload = {
    v: 1,
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    owner: 'alice',
    key: 'a.bin',
    name: 'a.bin',
    type: 'application/octet-stream',
    bytes: 6 * MIB,
    checksum: null,
    mark: 'mark',
    createdAt: CREATED,
    expiresAt: CREATED + LIFE,
    lifeSeconds: LIFE,
    urlSeconds: 900,
    multipart: { uploadId: 'u', partBytes: 5 * MIB },
  };

  it('waits longer than KV may be behind: a call may have extended the upload meanwhile', async () => {
    assert.equal(await stateAfter(UPLOAD, CREATED + LIFE + KV_MINUTE), 'open');
    assert.equal(await stateAfter(UPLOAD, CREATED + LIFE + 3600), 'expired');
  });

  it('does not wait for what nothing can have extended', async () => {
    const ended = { ...UPLOAD, endsAt: UPLOAD.expiresAt };
    assert.equal(await stateAfter(ended, CREATED + LIFE), 'expired');
  });
});
