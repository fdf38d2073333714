/** Chunks by `Content-Range`, as drf-chunked-upload has them. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MIB, startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, type Caller } from './calling.ts';

onEveryStore(
  'chunks by their ranges',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    before(async () => {
      lab = await startLab(running(), { RELAY: 'on', MAX_BYTES: '60MiB' });
      alice = await callerOf(lab);
    });
    after(() => lab.stop());

    for (const size of [300_000, 2 * MIB, 5 * MIB, 7 * MIB, 11 * MIB]) {
      it(`come in pieces of ${size} bytes`, async () => {
        const file = random(size === 300_000 ? 6 * MIB + 17 : 16 * MIB + 17);
        const last = await alice.putAll(file, size);
        assert.equal(last.body.offset, file.length);
        assert.equal(last.body.state, 'open');
        const { status, body } = await alice.call('POST', last.body.url);
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal(body.state, 'complete');
        assert.equal(body.result?.bytes, file.length);
        assert.deepEqual(await download(running(), body.key), file);
      });
    }
    it('tus', async () => {
      const file = random(16 * MIB + 17);
      const url = await alice.tusCreate({
        'upload-length': String(file.length),
        'upload-metadata': 'filename YS5iaW4=',
      });
      const a = await alice.tusPatch(url, 0, file.subarray(0, 6 * MIB));
      assert.equal(a.status, 204, JSON.stringify(a.body));
      const h = await alice.tus('HEAD', url);
      assert.equal(h.headers.get('upload-offset'), String(6 * MIB));
      const b = await alice.tusPatch(url, 6 * MIB, file.subarray(6 * MIB));
      assert.equal(b.status, 204, JSON.stringify(b.body));
      const s = await alice.call('GET', url);
      assert.deepEqual(await download(running(), s.body.key), file);
    });
  },
);
