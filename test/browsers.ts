/** Finds the browsers that the tests drive, installs Chromium where it can, or says what to run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FIREFOXES = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * Path of a Chromium: `CHROME_PATH`, else one on the PATH, else Debian's (as root), else
 * Playwright's.
 *
 * @throws Error that names the one command to run.
 */
export async function browserPath(): Promise<string> {
  const found = process.env['CHROME_PATH'] ?? onPath() ?? (existsSync(MAC) ? MAC : undefined);
  if (found) return found;
  return installFromDebian() ?? (await installWithPlaywright());
}

/**
 * Path of a Firefox: `FIREFOX_PATH`, else where distributions put it.
 *
 * @throws Error that names the one command to run.
 */
export function firefoxPath(): string {
  const found = process.env['FIREFOX_PATH'] ?? FIREFOXES.find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    'No Firefox found. Install one (Debian: apt-get install firefox-esr), or name it: FIREFOX_PATH=/usr/bin/firefox',
  );
}

function onPath(): string | undefined {
  for (const name of NAMES) {
    const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

function installFromDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  console.error('No Chromium found: installing Debian’s.');
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    return undefined;
  }
  return onPath();
}

async function installWithPlaywright(): Promise<string> {
  console.error('No Chromium found: asking Playwright for one.');
  const install = spawnSync('npx', ['-y', 'playwright@1.65.1', 'install', 'chromium'], {
    stdio: 'inherit',
  });
  if (install.status === 0) {
    const print = "console.log(require('playwright').chromium.executablePath())";
    const { stdout } = spawnSync(
      'npx',
      [
        '-y',
        '-p',
        'playwright@1.65.1',
        '-c',
        `NODE_PATH="$(dirname "$(dirname "$(which playwright)")")" node -e "${print}"`,
      ],
      { encoding: 'utf8' },
    );
    if (stdout && existsSync(stdout.trim())) return stdout.trim();
  }
  throw new Error(
    'The tests need a Chromium. Install one and name it, for example: CHROME_PATH=/usr/bin/chromium npm test',
  );
}
