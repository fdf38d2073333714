/**
 * Uploads of random sizes under everything that the other suites try one by one: faults on all three
 * ways, tunnels, tokens and disks that hang, a service worker, Workers that are deployed again, tabs
 * that are killed, files that are cancelled or added again. None is lost, corrupt, left open or begun
 * again, and no part is stored twice without a reason. SOAK_UPLOADS (500, 60 in Firefox),
 * SOAK_SEED and SOAK_FROM make a run; the same seed makes the same faults.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import process from 'node:process';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { ListAnswer } from '../../worker/protocol.ts';
import { call } from './api.ts';
import { bearer } from './bearer.ts';
import type { BrowserName } from './browser.ts';
import { bytesOf } from './cuts.ts';
import type { Cut } from './page.ts';
import { Random } from './random.ts';
import { PART_BYTES, type Rig, type TestFile } from './rig.ts';
import { deploymentOf, faultsOf, tokenActsOf } from './soak/faults.ts';
import { Patient, type Counts } from './soak/patient.ts';
import { storedTwice } from './soak/stored-twice.ts';
import { withRig } from './suite.ts';

const MIB = 1024 * 1024;
const UPLOADS = (browser: BrowserName): number =>
  Number(process.env['SOAK_UPLOADS'] ?? (browser === 'firefox' ? 60 : 500));
const SEED = Number(process.env['SOAK_SEED'] ?? 20_261_120);
/** The batches of the uploads before this one are left out: a run that failed is repeated from there. */
const FROM = Number(process.env['SOAK_FROM'] ?? 0);
const SOURCE_BYTES = 24 * MIB;
const MOST_AT_ONCE = 24;
/** What was cancelled or begun in a tab that was killed is aborted within this time. */
const ABORTED_WITHIN_MS = 10_000;
const JWT_SECRET = 'for-tests-only-and-not-the-other-one';

withRig(
  'soak',
  (rig, browser) => {
    const uploads = UPLOADS(browser);
    test(`${uploads} uploads under random faults (seed ${SEED})`, async (t) => {
      const seeds = new Random(SEED);
      const source = await rig().file(SOURCE_BYTES, 'source');
      const counts: Counts = {
        faults: 0,
        kills: 0,
        tunnels: 0,
        deployments: 0,
        cancelled: 0,
        hung: 0,
        retried: 0,
      };
      for (let done = 0; done < uploads;) {
        // What one batch has to try again does not change the next one.
        const random = new Random(seeds.whole(0, 2 ** 31));
        const count = Math.min(random.whole(1, MOST_AT_ONCE), uploads - done);
        if (done < FROM) {
          done += count;
          continue;
        }
        const cuts = cutsFrom(random, count, done);
        await batch(rig(), browser, random, source, cuts, counts).catch((error: unknown) => {
          t.diagnostic(`in uploads ${done} to ${done + count - 1} of seed ${SEED}`);
          t.diagnostic(rig().story());
          throw error;
        });
        done += count;
        await rig().clear();
      }
      t.diagnostic(JSON.stringify(counts));
    });
  },
  { AUTH: 'jwt', JWT_SECRET },
);

/** Uploads the pieces, whatever it takes, and looks at what came of it. */
async function batch(
  rig: Rig,
  browser: BrowserName,
  random: Random,
  source: TestFile,
  cuts: readonly Cut[],
  counts: Counts,
): Promise<void> {
  const handles = faultsOf(random).map(({ way, rule }) => rig[way].fault(rule));
  const patient = new Patient({ rig, browser, random, source, cuts, counts });
  await patient.begin(tokenActsOf(random));
  await patient.live(() => rig.redeploy(deploymentOf(random)));
  for (const handle of handles) {
    counts.faults += handle.hits;
    handle.end();
  }
  const uploads = await patient.finish();
  for (const cut of cuts) {
    const named = uploads.filter(({ name }) => name === cut.name);
    for (const { restarts } of named) assert.equal(restarts, 0, `${cut.name} began again`);
    const upload = named.find(({ status }) => status === 'done');
    if (!upload && patient.cancelled.has(cut.name)) continue;
    assert.ok(upload?.key, `${cut.name} was lost: ${JSON.stringify(named)}`);
    assert.equal(await rig.store.sha256(upload.key), await sha256(source, cut), cut.name);
  }
  assert.deepEqual(await patient.violations(), []);
  assert.deepEqual(storedTwice(rig.lane.traffic.seen, patient.moments), []);
  await endLeftovers(rig, patient.clientId, cuts);
}

/**
 * A small file is journalled only once it has waited for a while, so one of a tab that was killed
 * begins anew under another id. What it left on the store has to be on the Worker's list, from which
 * the upkeep ends it when its time is over. Anything else that is open here was forgotten.
 */
async function endLeftovers(rig: Rig, clientId: string, cuts: readonly Cut[]): Promise<void> {
  const small = new Set(
    cuts.filter(({ start, end }) => end - start <= PART_BYTES).map(({ name }) => name),
  );
  const isSmall = (key: string): boolean => small.has(basename(key));
  const deadline = performance.now() + ABORTED_WITHIN_MS;
  let keys = await rig.openUploads();
  while (!keys.every(isSmall) && performance.now() < deadline) keys = await rig.openUploads();
  assert.deepEqual(
    keys.filter((key) => !isSmall(key)),
    [],
    'nothing large is left open',
  );
  if (keys.length === 0) return;
  const endpoint = rig.front.url;
  const headers = bearer(JWT_SECRET, clientId);
  const listed = await call(endpoint, '/uploads?state=open&limit=100', { headers });
  const { uploads } = (await listed.json()) as ListAnswer;
  for (const { id, key } of uploads) {
    if (!keys.includes(key)) continue;
    const { status } = await call(endpoint, `/uploads/${id}`, { method: 'DELETE', headers });
    assert.equal(status, 204);
  }
  assert.deepEqual(await rig.openUploads(), [], 'the Worker knows every small file that was left');
}

/** Many small ones, some of nothing at all, some of several parts. */
function cutsFrom(random: Random, count: number, from: number): Cut[] {
  return Array.from({ length: count }, (_, index) => {
    const most = random.pick([
      0,
      1,
      1000,
      MIB,
      PART_BYTES,
      PART_BYTES + 1,
      2 * PART_BYTES,
      18 * MIB,
    ]);
    const bytes = random.chance(0.5) ? most : random.whole(0, most);
    const start = random.whole(0, SOURCE_BYTES - bytes);
    return { name: `soak-${from + index}.bin`, start, end: start + bytes };
  });
}

async function sha256(source: TestFile, cut: Cut): Promise<string> {
  return createHash('sha256')
    .update(await bytesOf(source, cut))
    .digest('hex');
}
