/** Chromium for the test runner: several files of tests side by side, each on its own. */
import { chromeLauncher } from '@web/test-runner-chrome';
import { browserPath } from '../browsers.ts';

/**
 * Files of tests that run at the same time. Much of their time is spent waiting for what the engine
 * does later, so that two cores carry this many beside the tests of the Worker.
 */
const FILES_AT_ONCE = 2;

/** A launcher for `browsers` in the runner's configuration. */
export async function chromiumLauncher(): Promise<ReturnType<typeof chromeLauncher>> {
  return chromeLauncher({
    concurrency: FILES_AT_ONCE,
    launchOptions: {
      executablePath: await browserPath(),
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
    },
    async createPage({ browser }) {
      // Storage, locks, channels and service workers belong to a context: one file does not meet
      // those of another.
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      // Only one page of a browser has the focus. Each is told that it is the one.
      await (
        await page.createCDPSession()
      ).send('Emulation.setFocusEmulationEnabled', {
        enabled: true,
      });
      return page;
    },
  });
}
