/** The browsers that the fault suite drives: FAULT_BROWSERS=chromium,firefox; Chromium alone by default. */
import process from 'node:process';
import { launch, type Browser } from 'puppeteer-core';
import { firefoxPath } from '../browsers.ts';
import { startBrowser } from '../e2e/product.ts';

export type BrowserName = 'chromium' | 'firefox';

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
  const executablePath = firefoxPath();
  return launch({ browser: 'firefox', executablePath, headless: true, protocolTimeout: 600_000 });
}
