/**
 * A test runner for Stryker that runs tests of pure code in its own process. For each mutant the files
 * of tests that reach it are evaluated anew, which takes milliseconds, so that mutants in tables and
 * constants are tried as well.
 */
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import * as fc from 'fast-check';
import { bundleTest, type TestBundle } from './bundle.ts';
import type { Test } from './suite.ts';
import { TESTS } from './targets.ts';

/** The same inputs in each run, so that a mutant's fate does not depend on chance. */
const SEED = 20261126;

/** What the mutated code reads and writes: which mutant is active, and what has been reached. */
const context: InstrumenterContext = {};
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: context });

class PureTestRunner implements TestRunner {
  #bundles: readonly TestBundle[] = [];
  /** How long tests have taken here, in milliseconds: what is fast is tried first. */
  readonly #times = new Map<string, number>();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    fc.configureGlobal({ seed: SEED });
    this.#bundles = await Promise.all(TESTS.map(bundleTest));
  }

  async dryRun(): Promise<DryRunResult> {
    const mutantCoverage = { static: {}, perTest: {} };
    Object.assign(context, { activeMutant: undefined, mutantCoverage });
    const tests: TestResult[] = [];
    for (const bundle of this.#bundles) {
      delete context.currentTestId;
      const suite = bundle.evaluate();
      for (const test of suite.tests) {
        const id = idOf(bundle, test);
        context.currentTestId = id;
        const startedAt = performance.now();
        const failureMessage = test.skip ? undefined : await failureOf(test);
        const timeSpentMs = performance.now() - startedAt;
        const about = { id, name: test.id, fileName: bundle.file, timeSpentMs };
        if (test.skip) tests.push({ ...about, status: TestStatus.Skipped });
        else if (failureMessage === undefined) tests.push({ ...about, status: TestStatus.Success });
        else tests.push({ ...about, status: TestStatus.Failed, failureMessage });
      }
      await suite.end();
    }
    delete context.currentTestId;
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, testFilter, disableBail } = options;
    const wanted = testFilter && new Set(testFilter);
    const killedBy: string[] = [];
    let firstMessage = '';
    let nrOfTests = 0;
    const kill = (id: string, message: string) => {
      killedBy.push(id);
      firstMessage ||= message;
    };
    const hitCount = hitLimit === undefined ? undefined : 0;
    Object.assign(context, { activeMutant: activeMutant.id, hitLimit, hitCount });
    for (const bundle of this.#bundles.filter(({ has }) => has(activeMutant.id))) {
      try {
        const suite = bundle.evaluate();
        const time = (test: Test) => this.#times.get(idOf(bundle, test)) ?? 0;
        for (const test of suite.tests.toSorted((one, other) => time(one) - time(other))) {
          const id = idOf(bundle, test);
          if (test.skip || (wanted && !wanted.has(id))) continue;
          nrOfTests++;
          const startedAt = performance.now();
          const message = await failureOf(test);
          this.#times.set(id, Math.max(time(test), performance.now() - startedAt));
          if (message !== undefined) kill(id, message);
          if (killedBy.length > 0 && !disableBail) break;
        }
        await suite.end();
      } catch (error) {
        // The file cannot be evaluated with this mutant.
        kill(`${bundle.file}: evaluation`, String(error));
      }
      if (killedBy.length > 0 && !disableBail) break;
    }
    if (hitLimit !== undefined && (context.hitCount ?? 0) > hitLimit) {
      return { status: MutantRunStatus.Timeout, reason: `more than ${hitLimit} hits` };
    }
    return killedBy.length > 0
      ? { status: MutantRunStatus.Killed, killedBy, failureMessage: firstMessage, nrOfTests }
      : { status: MutantRunStatus.Survived, nrOfTests };
  }
}

function idOf({ file }: TestBundle, { id }: Test): string {
  return `${file}: ${id}`;
}

async function failureOf({ run }: Test): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'pure', () => new PureTestRunner()),
];
