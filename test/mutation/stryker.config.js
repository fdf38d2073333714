/** `npm run mutation`: what Stryker mutates, and who runs the tests. https://stryker-mutator.io */
import { SOURCES } from './targets.ts';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [...SOURCES],
  plugins: ['./test/mutation/runner.ts'],
  testRunner: 'pure',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  disableTypeChecks: false,
  reporters: ['progress', 'json', 'html'],
  jsonReporter: { fileName: 'dist/mutation/report.json' },
  htmlReporter: { fileName: 'dist/mutation/report.html' },
  // Stryker would rewrite tsconfig.json by an API that TypeScript 7 does not have; nothing here reads it.
  tsconfigFile: 'none',
  tempDirName: 'dist/.mutation',
  ignorePatterns: [
    '.wrangler',
    'dist',
    'docs',
    'examples',
    'test/{bench,docs,e2e,faults,pictures}',
  ],
  allowEmpty: false,
};
