/** Webhooks of the Worker, as a receiver that verifies by Standard Webhooks' own library gets them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { checksumFields, type Problem } from '../../../worker/protocol.ts';
import { MIB, startLab, type Lab } from '../harness.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { onEveryStore } from '../s3/stores.ts';
import { random } from '../s3/uploads.ts';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const OLD = secret();
const NEW = secret();

onEveryStore(
  'webhooks of the Worker',
  () => true,
  (running) => {
    let receiver: Receiver;
    let lab: Lab;

    before(async () => {
      receiver = await startReceiver(NEW);
      lab = await startLab(running(), {
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRET: NEW,
        WEBHOOK_EVENTS: 'prepared, completed, aborted, expired',
      });
    });
    after(async () => {
      await lab.stop();
      await receiver.stop();
    });

    it('tell what has happened to an upload, in order, and nothing that opens anything', async () => {
      const alice = await lab.as('alice');
      const { upload, answer } = await alice.upload(random(6 * MIB), { name: 'a b.bin' });
      await receiver.count(2);
      const [prepared, completed] = receiver.received;
      assert.equal(prepared?.type, 'upload.prepared');
      assert.equal(completed?.type, 'upload.completed');
      assert.notEqual(prepared.id, completed.id);
      const { createdAt, expiresAt, ...data } = completed.data;
      assert.deepEqual(data, {
        id: upload.id,
        owner: 'alice',
        bucket: running().config.bucket,
        key: upload.key,
        name: 'a b.bin',
        bytes: 6 * MIB,
        contentType: 'application/octet-stream',
        etag: answer.body.etag,
        ...checksumFields(answer.body),
        completedAt: answer.body.completedAt,
      });
      assert.ok(createdAt && expiresAt);
      const said = JSON.stringify(receiver.received);
      assert.doesNotMatch(said, /uploadId|token|signature|https?:/i);
      assert.deepEqual(receiver.forged, []);
    });

    it('tell of uploads that were aborted and that have expired', async () => {
      const before: number = receiver.received.length;
      const alice = await lab.as('alice');
      const aborted = await alice.create({ bytes: 6 * MIB });
      await receiver.count(before + 1);
      await alice.delete(`/uploads/${aborted.id}`);
      await receiver.count(before + 2);
      const expired = await alice.create({ bytes: 6 * MIB });
      await receiver.count(before + 3);
      await lab.bend({ clockMs: 2 * 86_400_000 });
      await lab.sweep();
      await lab.bend({});
      await receiver.count(before + 4);
      assert.deepEqual(
        receiver.received.slice(before).map(({ type, data }) => [type, data['id']]),
        [
          ['upload.prepared', aborted.id],
          ['upload.aborted', aborted.id],
          ['upload.prepared', expired.id],
          ['upload.expired', expired.id],
        ],
      );
    });
  },
);

describe('the settings of webhooks', () => {
  const url = 'https://app.example.com/hooks';
  const wrong: [Record<string, string>, RegExp][] = [
    [{ WEBHOOK_URL: url }, /WEBHOOK_SECRET is missing/],
    [{ WEBHOOK_URL: url, WEBHOOK_SECRET: 'sesame' }, /WEBHOOK_SECRET must be whsec_/],
    [{ WEBHOOK_URL: url, WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /24 to 64 bytes/],
    [{ WEBHOOK_URL: 'http://app.example.com', WEBHOOK_SECRET: NEW }, /WEBHOOK_URL must be/],
    [{ WEBHOOK_URL: 'nonsense', WEBHOOK_SECRET: NEW }, /WEBHOOK_URL must be/],
    [
      { WEBHOOK_URL: url, WEBHOOK_SECRET: NEW, WEBHOOK_EVENTS: 'completed, born' },
      /WEBHOOK_EVENTS must be a list of prepared, completed, aborted or expired/,
    ],
  ];

  onEveryStore(
    '',
    ({ name }) => name === 'r2-local',
    (running) => {
      it('are refused by name where they cannot work, and never repeated', async () => {
        for (const [settings, reason] of wrong) {
          const lab = await startLab(running(), settings);
          const { status, body } = await (await lab.as('alice')).get<Problem>('/policy');
          await lab.stop();
          assert.equal(status, 500);
          assert.equal(body.code, 'misconfigured');
          assert.match(body.detail, reason);
          assert.doesNotMatch(body.detail, /sesame|c2hvcnQ|born|nonsense/);
        }
      });

      it('choose whether the file’s link and metadata come with it', async () => {
        const receiver = await startReceiver(NEW);
        const lab = await startLab(running(), {
          WEBHOOK_URL: receiver.url,
          WEBHOOK_SECRET: NEW,
          WEBHOOK_EVENTS: 'completed',
          WEBHOOK_LINK_TTL: '1h',
          METADATA: 'album',
        });
        try {
          const body = random(10);
          await (await lab.as('alice')).upload(body, { metadata: { album: 'Füße' } });
          await receiver.count(1);
          const { metadata, url } = receiver.received[0]?.data ?? {};
          assert.deepEqual(metadata, { album: 'Füße' });
          const response = await fetch(String(url));
          assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
          assert.match(String(url), /X-Amz-Expires=3600/);
        } finally {
          await lab.stop();
          await receiver.stop();
        }
      });

      it('choose which events are sent', async () => {
        const receiver = await startReceiver(OLD);
        const lab = await startLab(running(), {
          WEBHOOK_URL: receiver.url,
          WEBHOOK_SECRET: `${NEW}, ${OLD}`,
          WEBHOOK_EVENTS: 'completed',
        });
        try {
          await (await lab.as('alice')).upload(random(10));
          await receiver.count(1);
          assert.deepEqual(
            receiver.received.map(({ type }) => type),
            ['upload.completed'],
          );
        } finally {
          await lab.stop();
          await receiver.stop();
        }
      });
    },
  );
});
