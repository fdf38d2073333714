/** Records of uploads that end: whatever else is being written at the time, the end stays. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KV } from '../../worker/ledger/kv.ts';
import type { Entry } from '../../worker/ledger/record.ts';
import { createWriter } from '../../worker/ledger/writer.ts';
import { createLog } from '../../worker/util/log.ts';
import { fixedUpload } from './fixed-upload.ts';

const KEY = 'u:owner:time:id';
const entry = (state: Entry['state']): Entry => ({
  state,
  upload: fixedUpload({ createdAt: 1, expiresAt: 100 }),
});

/** A writer to a KV whose writes wait until the test lets them arrive, in any order. */
function start({ isDown = false } = {}) {
  const clock = { ms: 0 };
  const held: (() => void)[] = [];
  let stored: string | undefined;
  const arriving = (change: () => void) =>
    new Promise<void>((resolve, reject) =>
      held.push(() => {
        if (isDown) return reject(new Error('KV PUT failed: 500'));
        change();
        resolve();
      }),
    );
  const kv = {
    put: (_key: string, value: string) =>
      arriving(() => (stored = (JSON.parse(value) as Entry).state)),
    delete: () => arriving(() => (stored = undefined)),
  } as unknown as KV;
  const options = { log: createLog(() => {}), now: () => clock.ms, keepSeconds: null };
  const works: Promise<unknown>[] = [];
  return {
    clock,
    writer: createWriter(kv, options),
    waitUntil: (work: Promise<unknown>) => void works.push(work),
    works,
    stored: () => stored,
    /** The writes that wait arrive, the last one first, and those that follow from them. */
    async arrive() {
      while (held.length > 0) {
        for (const next of held.splice(0).reverse()) next();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('the record of an upload that has ended', () => {
  it('stays, although two calls that began before are written after it', async () => {
    const { writer, waitUntil, arrive, stored } = start();
    const amending = ['open', 'verifying'] as const;
    const before = amending.map((state) => writer.amend(KEY, entry(state), waitUntil));
    const ending = writer.put(KEY, entry('aborted'), waitUntil);
    await arrive();
    assert.deepEqual(await Promise.all(before), [false, false]);
    assert.equal(await ending, true);
    assert.equal(stored(), 'aborted');
  });

  it('stays away, if it was removed while a call was writing it', async () => {
    const { writer, waitUntil, arrive, stored } = start();
    const before = writer.amend(KEY, entry('open'), waitUntil);
    const removing = writer.remove(KEY);
    await arrive();
    assert.equal(await before, false);
    await removing;
    assert.equal(stored(), undefined);
  });

  it('is not amended for as long as KV may be behind, unless the upload has begun again', async () => {
    const { clock, writer, waitUntil, arrive, stored } = start();
    const end = () => Promise.all([writer.put(KEY, entry('complete'), waitUntil), arrive()]);
    const amend = async () => {
      const [isWritten] = await Promise.all([
        writer.amend(KEY, entry('open'), waitUntil),
        arrive(),
      ]);
      return isWritten;
    };
    await end();
    clock.ms = 149_999;
    assert.equal(await amend(), false);
    clock.ms = 150_000;
    assert.equal(await amend(), true);
    await end();
    await Promise.all([writer.put(KEY, entry('open'), waitUntil), arrive()]);
    assert.equal(await amend(), true);
    assert.equal(stored(), 'open');
  });

  it('is not overtaken by an extension that KV has refused: that is not tried again', async () => {
    const { writer, waitUntil, works, arrive } = start({ isDown: true });
    const extending = writer.amend(KEY, entry('open'), waitUntil, 'once');
    await arrive();
    assert.equal(await extending, false);
    assert.equal(works.length, 0);
  });
});
