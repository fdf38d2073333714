/** A browser with the page of all scenes, in the same fonts, time and language on every machine. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launch, type Page } from 'puppeteer-core';
import { browserPath } from '../browsers.ts';
import { PAGE_BUNDLE } from '../bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FONTS = `${ROOT}node_modules/@fontsource-variable`;
const LATIN = '/noto-sans/files/noto-sans-latin-wght-normal.woff2';
const ARABIC = '/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2';

/** The themes whose style sheets are in docs/themes. */
const THEMES = ['bare-button', 'table', 'cards'];

/**
 * Letters are placed as the font says, and not on whole pixels as the machine's hinting would have it.
 * The scroll bars of some systems take room.
 */
const ARGUMENTS = ['--no-sandbox', '--font-render-hinting=none', '--hide-scrollbars'];
/**
 * A frame is drawn when it is complete: https://chromium.googlesource.com/chromium/src/+/main/headless/README.md
 * Not `--run-all-compositor-stages-before-draw`, which belongs to frames that a client asks for:
 * without those, a screenshot may wait for ever.
 */
const WHOLE_FRAMES = [
  '--disable-new-content-rendering-timeout',
  '--disable-checker-imaging',
  '--disable-threaded-animation',
  '--disable-threaded-scrolling',
];

/**
 * `css` is added to the page, and `args` to the browser's command line. The script of the page sets
 * `window.stage` once it is ready. `isMoving` is for a page that moves by itself, of which a frame
 * is taken as it is: a screenshot that waits for a whole frame may never come.
 */
export async function openStage({
  css = '',
  args = [] as string[],
  script = 'test/pictures/page.ts',
  isMoving = false,
} = {}): Promise<{
  readonly page: Page;
  close(): Promise<void>;
}> {
  const files = new Map<string | undefined, readonly [type: string, body: string | Buffer]>([
    ['/', ['text/html', html(css)]],
    ['/page.js', ['text/javascript', await bundled(script)]],
    [LATIN, ['font/woff2', readFileSync(FONTS + LATIN)]],
    [ARABIC, ['font/woff2', readFileSync(FONTS + ARABIC)]],
    ['/favicon.ico', ['image/x-icon', '']],
  ]);
  const browser = await launch({
    executablePath: await browserPath(),
    args: [...ARGUMENTS, ...(isMoving ? [] : WHOLE_FRAMES), ...args],
  });
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? [];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' });
    response.end(body);
  }).listen(0, '127.0.0.1');
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  try {
    const page = await browser.newPage();
    await page.emulateTimezone('UTC');
    const errors: unknown[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.stage', { timeout: 60_000 }).catch((error: unknown) => {
      throw errors[0] ?? error;
    });
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    entryPoints: [entry],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

function html(css: string): string {
  const sheets = THEMES.map((name) => readFileSync(`${ROOT}docs/themes/${name}.css`, 'utf8'));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pictures</title>
<style>
@font-face { font-family: "Noto Sans Variable"; font-weight: 100 900; src: url(${LATIN}) }
@font-face { font-family: "Noto Sans Arabic Variable"; font-weight: 100 900; src: url(${ARABIC}) }
:root {
  color-scheme: light dark;
  font: 16px/1.5 "Noto Sans Variable", "Noto Sans Arabic Variable";
  text-rendering: geometricPrecision;
}
body { margin: 0 }
section { padding: 12px 8px }
${sheets.join('\n')}
${css}
</style>
<body>
<script type="module" src="/page.js"></script>`;
}
