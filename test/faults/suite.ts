/**
 * Declares a suite once for each browser that FAULT_BROWSERS names, on a rig of its own.
 *
 * The store is the one that S3_ENDPOINT and its like name, or else local R2; FAULTS_WIDE=1 makes
 * `every-request` long. Numbers before titles are the cases' own, in sections: D is what
 * becomes of an upload (41 to 60), E what networks and stores do to it (61 to 79), G what browsers
 * and their users do (90 to 102).
 */
import { after, afterEach, before, describe } from 'node:test';
import { browserNames, type BrowserName } from './browser.ts';
import { startRig, type Rig } from './rig.ts';

/**
 * `tests` is called at once and is given a function for the rig, which is there as soon as its
 * tests run. Settings are the Worker's.
 */
export function withRig(
  title: string,
  tests: (rig: () => Rig, browser: BrowserName) => void,
  settings: Readonly<Record<string, string>> = {},
): void {
  for (const name of browserNames()) {
    describe(`${title} (${name})`, () => {
      let started: Rig | undefined;
      before(async () => {
        started = await startRig(name, settings);
      });
      after(() => started?.stop());
      afterEach(async (context) => {
        if ('passed' in context && !context.passed) console.error(started?.story());
        await started?.clear();
      });
      tests(() => {
        if (!started) throw new Error('the rig is not up yet');
        return started;
      }, name);
    });
  }
}
