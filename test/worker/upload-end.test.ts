/** When an upload ends: by the settings, a claim, the store, or the upkeep. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLedger } from '../../worker/ledger/ledger.ts';
import { createLog } from '../../worker/util/log.ts';
import {
  isRefused,
  type Created,
  type ListAnswer,
  type UploadStatusAnswer,
} from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { Store } from '../../worker/s3/store.ts';
import { createUpkeep } from '../../worker/signer.ts';
import type { Upload } from '../../worker/upload/upload.ts';
import { MIB, startLab, tokenOf, type Lab } from './harness.ts';
import { at, HOUR_MS, lasting, LIFE_HOURS, sendOn } from './late-clock.ts';
import { memoryKV } from './memory-kv.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

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
