/** A reporter for web-test-runner that says nothing and keeps how long each file took. */
import type { Reporter, TestResult, TestSuiteResult } from '@web/test-runner-core';
import { keepTime } from './times.ts';

/** What loading a file takes, beside its tests. */
const LOADING_MS = 500;

/** Files run side by side, so each took what its own tests did, in the browser that took longest. */
export function widgetTimes(): Reporter {
  return {
    reportTestFileResults({ testFile, sessionsForTestFile }) {
      const took = sessionsForTestFile.map(({ testResults }) => msOf(testResults));
      keepTime(testFile, LOADING_MS + Math.max(0, ...took));
    },
  };
}

function msOf(suite: TestSuiteResult | undefined): number {
  if (suite === undefined) return 0;
  const tests = suite.tests.map(({ duration = 0 }: TestResult) => duration);
  return [...tests, ...suite.suites.map(msOf)].reduce((sum, ms) => sum + ms, 0);
}
