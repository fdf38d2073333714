/**
 * `npm run bench -- upload`: the engine's time beside the floor's, and other clients' beside both.
 * Every contender runs once in each round, in a browser of its own, on the same files.
 * Printed are medians and ranges of the times, of their ratios to the floor's time of the same round,
 * and the CPU time of the browser.
 *
 * `--rounds 5` sets the rounds, `--only far` the case, `--without uppy` leaves a contender out, and
 * `--beside ../before` also runs the engine of another checkout. `--save` writes what was measured into
 * `docs/benchmarks/`, and `docs/benchmarks.md` from it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findTusd, HOW_TO_INSTALL } from './peers/tusd.ts';
import { writePage } from './report/page.ts';
import { bundleScripts } from './upload/bundles.ts';
import { CASES, withBeside } from './upload/cases.ts';
import { measure } from './upload/measure.ts';
import { whyNoWire } from './wire/wire.ts';

const { values: asked } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
    beside: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(asked.rounds);
const cases = CASES.filter(({ id }) => asked.only.length === 0 || asked.only.includes(id));
const without = new Set(asked.without);
if (!findTusd() && cases.some(({ runs }) => runs.some(({ contender }) => contender === 'tus'))) {
  console.log(`Without tus: there is no tusd. Install it with: ${HOW_TO_INSTALL}`);
  without.add('tus');
}

const directory = await mkdtemp(join(tmpdir(), 's3-upload-bench-'));
let isMissed = false;
try {
  const scripts = await bundleScripts(asked.beside);
  for (const aCase of cases) {
    const reason = aCase.wire && whyNoWire();
    if (reason !== undefined) {
      console.log(`\n${aCase.title}: left out, because ${reason}`);
      continue;
    }
    const { runs } = asked.beside === undefined ? aCase : withBeside(aCase);
    const asAsked = { ...aCase, runs: runs.filter(({ contender }) => !without.has(contender)) };
    isMissed =
      (await measure(asAsked, { scripts, directory, rounds, isSaved: asked.save })) || isMissed;
  }
  if (asked.save) await writePage();
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exitCode = isMissed ? 1 : 0;
