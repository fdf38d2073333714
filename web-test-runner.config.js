import process from 'node:process';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher, puppeteerCore } from '@web/test-runner-chrome';
import { firefoxPath } from './test/browsers.ts';
import { widgetTimes } from './test/run/widget-times.ts';
import { chromiumLauncher } from './test/widget/chromium.ts';
import { checksumBundlePlugin } from './test/widget/core/checksum/bundle-plugin.ts';
import { fakePlugin } from './test/widget/core/fake/plugin.ts';
import { devtoolsPlugin } from './test/widget/devtools-plugin.ts';
import { manifestPlugin } from './test/widget/manifest-plugin.ts';
import { webkitLauncher } from './test/widget/webkit.ts';

/** WIDGET_BROWSERS=chromium,firefox,webkit; Chromium alone by default. */
const LAUNCHERS = {
  chromium: chromiumLauncher,
  firefox() {
    return chromeLauncher({
      puppeteer: puppeteerCore,
      launchOptions: { browser: 'firefox', executablePath: firefoxPath() },
    });
  },
  webkit: webkitLauncher,
};

function launcher(name) {
  const launch = LAUNCHERS[name];
  if (launch) return launch();
  throw new Error(`WIDGET_BROWSERS may name ${Object.keys(LAUNCHERS).join(', ')}, not ${name}.`);
}

export default {
  // `npm run test:scale` runs the one that is left out.
  files: ['test/widget/**/*.test.ts', '!test/widget/core/scale.test.ts'],
  nodeResolve: { exportConditions: ['production', 'default'] },
  plugins: [
    esbuildPlugin({ ts: true, target: 'es2022' }),
    fakePlugin(),
    checksumBundlePlugin(),
    devtoolsPlugin(),
    manifestPlugin(),
  ],
  browsers: await Promise.all(
    (process.env['WIDGET_BROWSERS'] ?? 'chromium').split(',').map((name) => launcher(name.trim())),
  ),
  reporters: [defaultReporter(), widgetTimes()],
  // Chromium's launcher has a number of its own.
  concurrency: 1,
  // Ends what hangs, and nothing that is slow.
  testFramework: { config: { ui: 'bdd', timeout: 240_000 } },
  testsFinishTimeout: 900_000,
};
