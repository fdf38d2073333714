/** Where checksums are off, and no journal is kept: nothing but the engine sees what it sends. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertWhole, PART_BYTES, STALL_MS } from './rig.ts';
import { withRig } from './suite.ts';

const BYTES = 9 * PART_BYTES;

withRig(
  'unchecked',
  (rig) => {
    test('a file arrives', async () => {
      await assertWhole(rig(), await rig().upload(await rig().file(BYTES), { resume: false }));
    });

    test('a file that is written anew while it is sent is not spliced into one of both', async () => {
      const file = await rig().file(BYTES, 'rewritten');
      const held = rig().lane.fault({
        when: { method: 'PUT', where: ({ partNumber = 0 }) => partNumber > 2 },
        times: Infinity,
        fault: { kind: 'stall' },
      });
      const tab = await rig().tab();
      await tab.open({ stallMs: STALL_MS, resume: false });
      await tab.pick(file.path);
      await tab.add();
      await tab.when(({ loaded }) => loaded === 2 * PART_BYTES);
      await writeFile(file.path, randomBytes(BYTES));
      held.end();
      const [upload] = await tab.settled();
      assert.equal(upload?.status, 'failed');
      assert.equal(upload.error?.code, 'file_changed');
    });
  },
  { CHECKSUM: 'none' },
);
