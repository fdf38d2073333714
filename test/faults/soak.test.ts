/**
 * Uploads of random sizes under random faults, with tabs that are killed and reloaded in the middle;
 * none lost, none corrupt, none left open. SOAK_UPLOADS (40, or 500 with FAULTS_WIDE=1) and
 * SOAK_SEED make a run; the same seed makes the same faults.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import process from 'node:process';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { ListAnswer } from '../../worker/protocol.ts';
import { call } from './api.ts';
import { errorInside200, expired, PORTAL, s3Error } from './answers.ts';
import { bytesOf } from './cuts.ts';
import type { Cut, PlainUpload } from './page.ts';
import { Random } from './random.ts';
import type { Fault, Rule } from './rules.ts';
import { PART_BYTES, STALL_MS, type Rig, type TestFile } from './rig.ts';
import { withRig } from './suite.ts';
import type { Tab } from './tab.ts';

const MIB = 1024 * 1024;
const UPLOADS = Number(
  process.env['SOAK_UPLOADS'] ?? (process.env['FAULTS_WIDE'] === '1' ? 500 : 40),
);
const SEED = Number(process.env['SOAK_SEED'] ?? 20_261_120);
const SOURCE_BYTES = 24 * MIB;
/** A form that stalls three times in a row, on a line that nothing is known of, takes half of it. */
const PATIENCE_MS = 240_000;

withRig('soak', (rig) => {
  test(`${UPLOADS} uploads under random faults (seed ${SEED})`, async (t) => {
    const random = new Random(SEED);
    const source = await rig().file(SOURCE_BYTES, 'source');
    const counts = { kills: 0, faults: 0, retries: 0 };
    for (let done = 0; done < UPLOADS;) {
      const cuts = cutsFrom(random, Math.min(random.whole(1, 8), UPLOADS - done), done);
      const { uploads, clientId } = await batch(rig(), random, source, cuts, counts);
      for (const cut of cuts) {
        const upload = uploads.find(({ name, status }) => name === cut.name && status === 'done');
        assert.ok(upload?.key, `${cut.name} was lost: ${JSON.stringify(uploads)}`);
        assert.equal(await rig().store.sha256(upload.key), await sha256(source, cut), cut.name);
      }
      await endLeftovers(rig(), clientId, cuts);
      assert.deepEqual(await rig().openUploads(), []);
      done += cuts.length;
      await rig().clear();
    }
    t.diagnostic(
      `${counts.faults} faults met, ${counts.kills} tabs killed, ${counts.retries} retried by hand`,
    );
  });
});

/** Uploads the pieces, whatever it takes, as a patient person would. */
async function batch(
  rig: Rig,
  random: Random,
  source: TestFile,
  cuts: readonly Cut[],
  counts: { kills: number; faults: number; retries: number },
): Promise<{ readonly uploads: readonly PlainUpload[]; readonly clientId: string }> {
  const handles = Array.from({ length: random.whole(0, 6) }, () => {
    const { way, rule } = anyFault(random);
    return rig[way].fault(rule);
  });
  let tab = await rig.tab();
  const begin = async (): Promise<void> => {
    await tab.open({ stallMs: STALL_MS });
    await tab.pick(source.path);
    await tab.cut(cuts);
    await tab.add();
  };
  await begin();
  while (random.chance(0.5)) {
    const share = random.next() / 2;
    await tab.when(({ status, loaded, bytes }) => status === 'done' || loaded >= bytes * share);
    tab = await goAway(random, tab);
    counts.kills += 1;
    await begin();
  }
  let uploads = await tab.settled(PATIENCE_MS);
  for (const handle of handles) {
    counts.faults += handle.hits;
    handle.end();
  }
  if (uploads.some(({ status }) => status === 'failed')) {
    counts.retries += 1;
    await tab.act('retry');
    uploads = await tab.settled(PATIENCE_MS);
  }
  assert.deepEqual(await tab.violations(), []);
  return { uploads, clientId: tab.clientId };
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
  const keys = new Set((await rig.openUploads()).filter((key) => small.has(basename(key))));
  if (keys.size === 0) return;
  const endpoint = rig.front.url;
  const listed = await call(endpoint, '/uploads?state=open&limit=100', { clientId });
  const { uploads } = (await listed.json()) as ListAnswer;
  for (const { id, key } of uploads) {
    if (!keys.delete(key)) continue;
    const { status } = await call(endpoint, `/uploads/${id}`, { method: 'DELETE', clientId });
    assert.equal(status, 204);
  }
  assert.deepEqual([...keys], [], 'the Worker knows every small file that was left');
}

/** A reload, or a tab that is closed without a word and opened again. */
async function goAway(random: Random, tab: Tab): Promise<Tab> {
  if (random.chance(0.5)) {
    await tab.leave();
    return tab;
  }
  const next = await tab.beside();
  await tab.page.close({ runBeforeUnload: false });
  return next;
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

function anyFault(random: Random): { way: 'front' | 'lane' | 'control'; rule: Rule } {
  const way = random.pick(['front', 'lane', 'lane', 'lane', 'control'] as const);
  const fault = random.pick(FAULTS[way])(random);
  const times = random.whole(1, 3);
  const skip = random.whole(0, 6);
  // A Create whose reply the store lost is nobody's: see every-request.test.ts.
  const when = way === 'control' ? { query: /^(?!\?uploads)/ } : {};
  return { way, rule: { when, fault, times, skip } };
}

const RESET = (random: Random): Fault => ({ kind: 'reset', at: random.pick([0, 0.5, 0.99, 1]) });
const LOSE = (): Fault => ({ kind: 'lose-reply' });
const DELAY = (random: Random): Fault => ({ kind: 'delay', ms: random.whole(10, 800) });

const FAULTS: Readonly<
  Record<'front' | 'lane' | 'control', readonly ((random: Random) => Fault)[]>
> = {
  front: [
    RESET,
    LOSE,
    DELAY,
    () => PORTAL,
    () => ({ kind: 'answer', status: 503 }),
    () => ({ kind: 'answer', status: 502, cors: false }),
  ],
  lane: [
    RESET,
    LOSE,
    DELAY,
    () => PORTAL,
    () => ({ kind: 'stall' }),
    () => s3Error(503, 'SlowDown'),
    () => s3Error(500, 'InternalError', '', { cors: false }),
    () => expired(),
    () => expired({ cors: false }),
    (random) => ({ kind: 'flip-bit', atByte: random.whole(0, 1000) }),
    (random) => ({ kind: 'truncate', afterBytes: random.whole(0, 1000) }),
  ],
  control: [RESET, LOSE, DELAY, () => s3Error(500, 'InternalError'), () => errorInside200()],
};

async function sha256(source: TestFile, cut: Cut): Promise<string> {
  return createHash('sha256')
    .update(await bytesOf(source, cut))
    .digest('hex');
}
