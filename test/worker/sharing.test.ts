/** Uploads that a group shares on purpose: their owner is a claim that several people have. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { ListAnswer, ResumeAnswer } from '../../worker/protocol.ts';
import { MIB, startLab, tokenOf, type Lab } from './harness.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { onEveryStore } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

onEveryStore(
  'uploads of a group',
  () => true,
  (running) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    let receiver: Receiver;
    let lab: Lab;
    before(async () => {
      receiver = await startReceiver(secret);
      lab = await startLab(running(), {
        OWNER_CLAIM: 'org_id',
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRET: secret,
        WEBHOOK_EVENTS: 'completed',
      });
    });
    after(async () => {
      await lab.stop();
      await receiver.stop();
    });

    it('are begun by one, finished by another, and say who began them', async () => {
      const [alice, bob] = [
        await lab.as('alice', { org_id: 'acme' }),
        await lab.as('bob', { org_id: 'acme' }),
      ];
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const first = await alice.sendParts(upload, body, [1]);
      const { body: resumed } = await bob.post<ResumeAnswer>(`/uploads/${upload.id}/resume`);
      const rest = await bob.sendParts(resumed, body, [2]);
      const answer = await bob.complete(resumed, { parts: [...first, ...rest] });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      const { body: list } = await bob.get<ListAnswer>('/uploads');
      assert.equal(list.uploads.find(({ id }) => id === upload.id)?.user, 'alice');
      await receiver.count(1);
      const { owner, user } = receiver.received[0]?.data ?? {};
      assert.deepEqual({ owner, user }, { owner: 'acme', user: 'alice' });
    });

    it('are not there for anybody outside of the group', async () => {
      const alice = await lab.as('alice', { org_id: 'acme' });
      const mallory = await lab.as('mallory', { org_id: 'other' });
      const { upload } = await alice.upload(random(10));
      for (const headers of [{}, tokenOf(upload)]) {
        const { status } = await mallory.get(`/uploads/${upload.id}`, headers);
        assert.equal(status, 404);
      }
      assert.equal((await mallory.get<ListAnswer>('/uploads')).body.uploads.length, 0);
    });
  },
);
