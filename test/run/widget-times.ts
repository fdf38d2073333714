/** A reporter for web-test-runner that says nothing and keeps how long each file took. */
import { keepTime } from './times.ts';

/** One file runs at a time, so each took what has passed since the one before. */
export function widgetTimes() {
  let since = performance.now();
  return {
    onTestRunStarted() {
      since = performance.now();
    },
    reportTestFileResults({ testFile }: { readonly testFile: string }) {
      keepTime(testFile, performance.now() - since);
      since = performance.now();
    },
  };
}
