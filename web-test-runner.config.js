import { esbuildPlugin } from '@web/dev-server-esbuild';
import { chromeLauncher } from '@web/test-runner-chrome';
import { browserPath } from './test/browsers.ts';
import { checksumBundlePlugin } from './test/widget/core/checksum/bundle-plugin.ts';
import { fakePlugin } from './test/widget/core/fake/plugin.ts';

export default {
  files: 'test/widget/**/*.test.ts',
  nodeResolve: { exportConditions: ['production', 'default'] },
  plugins: [esbuildPlugin({ ts: true, target: 'es2022' }), fakePlugin(), checksumBundlePlugin()],
  browsers: [
    chromeLauncher({
      launchOptions: {
        executablePath: await browserPath(),
        args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
      },
    }),
  ],
  concurrency: 1,
  testFramework: { config: { ui: 'bdd', timeout: 20_000 } },
  testsFinishTimeout: 300_000,
};
