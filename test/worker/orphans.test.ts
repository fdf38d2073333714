/** Multipart uploads that nobody remembers: Creates of one id that ran in parallel. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { isRefused, type Created } from '../../worker/protocol.ts';
import { MIB, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { onEveryStore } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

const COUNT = 20;

onEveryStore(
  'twenty parallel Creates of one id',
  ({ listUploads }) => listUploads !== null,
  (running) => {
    let lab: Lab;
    let alice: Client;

    before(async () => {
      lab = await startLab(running());
      alice = await lab.as('alice', { exp: Math.floor(Date.now() / 1000) + 7 * 86_400 });
    });
    after(() => lab.stop());

    const openUnder = async (key: string) => {
      const uploads = await running().store.listUploads(key);
      return uploads.filter((upload) => upload.key === key).length;
    };

    const createMany = async (bytes: number): Promise<Created> => {
      const file = { id: randomUUID(), bytes };
      const slots = await Promise.all(Array.from({ length: COUNT }, () => alice.tryCreate(file)));
      const first = slots.find((slot): slot is Created => !isRefused(slot));
      assert.ok(first);
      assert.ok((await openUnder(first.key)) > 1, 'several are open');
      return first;
    };

    const untilNoneIsOpen = async (key: string) => {
      for (let look = 0; look < 50 && (await openUnder(key)) > 0; look++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(await openUnder(key), 0);
    };

    for (const bytes of [1000, 6 * MIB]) {
      it(`leave nothing on the store after a Complete (${bytes} bytes)`, async () => {
        const body = random(bytes);
        const upload = await createMany(bytes);
        const parts = await alice.sendParts(upload, body);
        assert.equal((await alice.complete(upload, { parts })).status, 200);
        await untilNoneIsOpen(upload.key);
      });

      it(`leave nothing on the store after an abort (${bytes} bytes)`, async () => {
        const upload = await createMany(bytes);
        assert.equal((await alice.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
        assert.equal(await openUnder(upload.key), 0);
      });
    }

    it('leave nothing on the store after a batch of Completes and a few sweeps', async () => {
      const body = random(1000);
      const upload = await createMany(1000);
      const [part] = await alice.sendParts(upload, body);
      assert.ok(part);
      const { status } = await alice.post('/uploads/complete', {
        uploads: [{ id: upload.id, token: upload.token, etag: part.etag }],
      });
      assert.equal(status, 200);
      for (let round = 0; round < 10 && (await openUnder(upload.key)) > 0; round++) {
        await lab.sweep();
      }
      assert.equal(await openUnder(upload.key), 0);
    });

    it('leave nothing on the store after they expire, within a few sweeps', async () => {
      const upload = await createMany(1000);
      await lab.bend({ clockMs: 2 * 86_400_000 });
      for (let round = 0; round < 10 && (await openUnder(upload.key)) > 0; round++) {
        await lab.sweep();
      }
      await lab.bend({});
      assert.equal(await openUnder(upload.key), 0);
    });
  },
);

onEveryStore(
  'one id that two files were given to, under one key',
  ({ listUploads }) => listUploads !== null,
  (running) => {
    it('ends the file that lost the id, and leaves the other to be completed', async () => {
      const lab = await startLab(running(), { KEY_TEMPLATE: '{owner}/{id}' });
      try {
        const id = randomUUID();
        const sub = `mallory-${randomUUID()}`;
        const mallory = await lab.as(sub, { upload: { ids: [id] } });
        const body = random(6 * MIB);
        const one = await mallory.create({ id, bytes: body.length, name: 'one.bin' });
        // Another isolate does not know of the first, and writes its own record over that one's.
        await lab.bend({ kv: 'stale', clockMs: 200_000 });
        const other = await mallory.create({ id, bytes: body.length, name: 'other.bin' });
        await lab.bend({});
        assert.equal(one.key, other.key);
        const oneParts = await mallory.sendParts(one, body);
        assert.equal((await mallory.complete(one, { parts: oneParts })).status, 409);
        const otherParts = await mallory.sendParts(other, body);
        assert.equal((await mallory.complete(other, { parts: otherParts })).status, 200);
      } finally {
        await lab.stop();
      }
    });
  },
);
