/** How soon the first byte of a file leaves, once the file is picked and the policy is known. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bundleScripts } from '../bench/upload/bundles.ts';
import type { Case, Run } from '../bench/upload/cases.ts';
import { runOnce } from '../bench/upload/measure.ts';
import { setStage, type Stage } from '../bench/upload/stage.ts';
import { writeRandomFile } from '../e2e/files.ts';

const MIB = 2 ** 20;
/** Long beside the time that a busy machine needs for hashing. */
const RTT_MS = 800;
/** Connect, preflight, and the request itself, which the server sees half a round trip later. */
const LINE = { rttMs: RTT_MS, bytesPerSecond: Infinity };

const FLOOR: Run = { name: 'floor', contender: 'floor', endpoint: 'plain' };
const ENGINE: Run = { name: 'engine', contender: 'engine', endpoint: 'checked' };

describe('the first byte on a line with a long round trip', () => {
  let directory: string;
  let stage: Stage;
  const aCase: Case = { id: 'first', title: '', line: LINE, files: [], runs: [FLOOR, ENGINE] };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 's3-upload-first-byte-'));
    stage = await setStage(aCase, await bundleScripts(undefined));
  });
  after(async () => {
    await stage.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('leaves at most one round trip later than from a page that knows the URL', async () => {
    const path = join(directory, 'file.bin');
    await writeRandomFile(path, 17 * MIB);
    const seconds = async (run: Run): Promise<number> => {
      const { firstByteSeconds, error } = await runOnce(stage, [path], run, aCase);
      assert.equal(error, undefined);
      return firstByteSeconds;
    };
    const roundTrips = (((await seconds(ENGINE)) - (await seconds(FLOOR))) * 1000) / RTT_MS;
    // Half a round trip is for hashing and for the processes of a busy machine.
    assert.ok(roundTrips < 1.5, `${roundTrips.toFixed(2)} round trips later`);
  });
});
