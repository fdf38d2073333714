/**
 * WebKit for the test runner: WebKitGTK's MiniBrowser, on a screen and a message bus of its own.
 * It speaks the four calls of WebDriver (https://www.w3.org/TR/webdriver2/) that open a page; the
 * package that speaks all of them brings two hundred others along.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import type { BrowserLauncher } from '@web/test-runner-core';
import { freePort } from '../e2e/product.ts';

/** A launcher for `browsers` in the runner's configuration. One page at a time. */
export function webkitLauncher(): BrowserLauncher {
  let browser: Promise<WebKit> | undefined;
  const active = new Map<string, string>();
  return {
    name: 'WebKit',
    type: 'webdriver',
    concurrency: 1,
    isActive: (session) => active.has(session),
    getBrowserUrl: (session) => active.get(session),
    async startSession(session, url) {
      browser ??= startWebKit();
      active.set(session, url);
      await (await browser).open(url);
    },
    async stopSession(session) {
      active.delete(session);
      // Ends whatever the tests left running.
      await (await browser)?.open('about:blank');
      return {};
    },
    async stop() {
      await (await browser)?.close();
    },
    startDebugSession() {
      throw new Error('WebKit runs the tests without a screen to look at.');
    },
  };
}

interface WebKit {
  open(url: string): Promise<void>;
  close(): Promise<void>;
}

async function startWebKit(): Promise<WebKit> {
  const binary = miniBrowser();
  const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const display = await firstLine(screen);
  const port = await freePort();
  const driver = spawn(
    'dbus-run-session',
    ['--', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'],
    // A group of its own, so that the bus and the browser end with the driver.
    { stdio: 'ignore', detached: true, env: { ...process.env, DISPLAY: `:${display}` } },
  );
  const end = () => {
    // Once: of a group that has ended there is nothing left to kill.
    process.off('exit', end);
    if (driver.pid !== undefined && driver.exitCode === null) process.kill(-driver.pid);
    screen.kill();
  };
  process.once('exit', end);

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: unknown };
    if (!answer.ok) throw new Error(`WebDriver ${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };

  while (!(await call('GET', '/status').catch(() => false))) {
    if (driver.exitCode !== null) throw new Error('WebKitWebDriver ended before it was ready.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { sessionId } = (await call('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
        // A page that is left while it uploads asks whether it may be.
        unhandledPromptBehavior: 'accept',
      },
    },
  })) as { sessionId: string };
  return {
    async open(url) {
      await call('POST', `/session/${sessionId}/url`, { url });
    },
    async close() {
      await call('DELETE', `/session/${sessionId}`);
      end();
    },
  };
}

/** @throws Error that names the one command to run. */
function miniBrowser(): string {
  const found = readdirSync('/usr/lib')
    .flatMap((dir) => [`/usr/lib/${dir}/webkit2gtk-4.1/MiniBrowser`])
    .find((path) => spawnSync('test', ['-x', path]).status === 0);
  const programs = ['Xvfb', 'dbus-run-session', 'WebKitWebDriver'];
  const all = programs.every((program) => spawnSync('which', [program]).status === 0);
  if (found && all) return found;
  throw new Error(
    'No WebKit found. Install it (Debian: apt-get install webkit2gtk-driver xvfb dbus).',
  );
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it had a screen.')));
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
  });
}
