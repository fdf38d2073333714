/** What mule-upload had and this project lacked at first. The numbers are the rows of `docs/from/`. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import type {
  ListAnswer,
  PartReceipt,
  RelayAnswer,
  ResumeAnswer,
  UploadStatusAnswer,
} from '../../../worker/protocol.ts';
import { APP_WITH_CLOCK } from './apps.ts';
import { allParts, partOf, tokenOf, told, type Caller } from './caller.ts';
import { inEachPlace } from './places.ts';
import { startWorker, type RunningWorker } from './tree.ts';

const MIB = 2 ** 20;
const HOURS_TO_TOMORROW_EVENING = 30;

inEachPlace('what mule-upload has', (place) => {
  let worker: RunningWorker;
  let alice: Caller;
  before(async () => {
    worker = await startWorker(place(), { RELAY: 'on' });
    alice = await worker.as('alice');
  });
  after(() => worker?.stop());

  it('control: a file of several parts is uploaded', async () => {
    const file = randomBytes(11 * MIB);
    const { upload, answer } = await alice.upload(file);
    assert.equal(answer.status, 200, told(answer));
    assert.equal(allParts(upload).length, 3);
    assert.deepEqual(Buffer.from(await alice.read(upload.id)), file);
  });

  it('s2.4: an upload is continued tomorrow evening, and completed though it was idle since', async () => {
    const settings = { S3_ABORTS_AFTER: 'never' };
    const patient = await startWorker(place(), settings, APP_WITH_CLOCK);
    try {
      const bob = await patient.as('bob');
      const file = randomBytes(11 * MIB);
      const upload = await bob.create({ bytes: file.length });
      let { token } = upload;
      const receipts: PartReceipt[] = [];
      for (const number of allParts(upload)) {
        await patient.itIsLater((number - 1) * HOURS_TO_TOMORROW_EVENING);
        const sent = await bob.sendParts({ ...upload, token }, file, [number]);
        token = sent.token;
        receipts.push(...sent.receipts);
      }
      await patient.itIsLater(5 * HOURS_TO_TOMORROW_EVENING);
      const answer = await bob.complete({ id: upload.id, token }, { parts: receipts });
      assert.equal(answer.status, 200, told(answer));
      assert.deepEqual(Buffer.from(await bob.read(upload.id)), file);
    } finally {
      await patient.stop();
    }
  });

  it('s2.12: a part that went through the Worker is listed, whether or not the store can list it', async () => {
    const file = randomBytes(6 * MIB);
    const upload = await alice.create({ bytes: file.length });
    const part = partOf(upload, file, 1);
    const { etag } = await alice.expect<RelayAnswer>('PUT', `/uploads/${upload.id}/parts/1`, {
      body: part,
      headers: tokenOf(upload),
    });
    const { parts } = await alice.expect<UploadStatusAnswer>('GET', `/uploads/${upload.id}`);
    assert.deepEqual(parts, [{ number: 1, bytes: part.length, etag }]);
  });

  it('s2.14: another browser sees what is unfinished and how far it has come, and goes on', async () => {
    const file = randomBytes(6 * MIB);
    const upload = await alice.create({ name: 'film.mp4', bytes: file.length });
    const { receipts: stored } = await alice.sendParts(upload, file, [1]);
    // A page tells with its next call what it has sent, for stores that cannot list it.
    const headers = tokenOf(upload);
    const json = { parts: [{ number: 2 }], stored };
    await alice.expect('POST', `/uploads/${upload.id}/sign`, { json, headers });

    const elsewhere = await worker.as('alice');
    const { uploads } = await elsewhere.expect<ListAnswer>(
      'GET',
      '/uploads?state=open&stored=true',
    );
    const row = uploads.find(({ id }) => id === upload.id);
    assert.equal(row?.name, 'film.mp4');
    assert.deepEqual(row.stored, { parts: 1, bytes: 5 * MIB });
    const resumed = await elsewhere.expect<ResumeAnswer>('POST', `/uploads/${upload.id}/resume`);
    const { receipts } = await elsewhere.sendParts(resumed, file, [2]);
    const answer = await elsewhere.complete(resumed, { parts: [...stored, ...receipts] });
    assert.equal(answer.status, 200, told(answer));
    assert.deepEqual(Buffer.from(await elsewhere.read(upload.id)), file);
  });
});
