/** The browsers that the fault suite drives: FAULT_BROWSERS=chromium,firefox; Chromium alone by default. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { launch, type Browser } from 'puppeteer-core';
import { startBrowser } from '../e2e/product.ts';

export type BrowserName = 'chromium' | 'firefox';

const FIREFOXES = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'];

/** @throws Error for a name that is none. */
export function browserNames(): readonly BrowserName[] {
  const names = (process.env['FAULT_BROWSERS'] ?? 'chromium').split(',').map((name) => name.trim());
  return names.map((name) => {
    if (name === 'chromium' || name === 'firefox') return name;
    throw new Error(`FAULT_BROWSERS may name chromium and firefox, not ${JSON.stringify(name)}.`);
  });
}

/** @throws Error that names the one command to run. */
export function openBrowser(name: BrowserName): Promise<Browser> {
  return name === 'chromium' ? startBrowser() : startFirefox();
}

async function startFirefox(): Promise<Browser> {
  const executablePath = process.env['FIREFOX_PATH'] ?? FIREFOXES.find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error(
      'No Firefox found. Install one (Debian: apt-get install firefox-esr), or name it: FIREFOX_PATH=/usr/bin/firefox',
    );
  }
  return launch({ browser: 'firefox', executablePath, headless: true, protocolTimeout: 600_000 });
}
