/**
 * The site as `npm start` serves it, in Chromium: by mouse, by keyboard and on a phone. It is built first,
 * unless SITE=built says that `npm run docs` has been run.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import process from 'node:process';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { startBrowser, startProduct, type Product } from '../e2e/product.ts';
import { snippets } from './snippets.ts';
import { testThemeEditor } from './theme-editor.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SITE = `${ROOT}dist/docs`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** One of each kind: a list, steps, a long table, code in five languages, elements at work, controls. */
const PAGES = [
  '',
  'start/cloudflare',
  'reference/settings',
  'guides/form',
  'gallery',
  'guides/look',
];
/** What is disabled need not have contrast: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const RUN_AXE = `axe.run({ exclude: ['s3-upload[disabled]'] })`;

suite('the site at /docs/', () => {
  let browser: Browser;
  let product: Product;
  let url: string;

  before(async () => {
    if (process.env['SITE'] !== 'built') {
      await promisify(execFile)('vitepress', ['build', 'docs'], { cwd: ROOT });
    }
    product = await startProduct(() => ({ DOCS: 'on' }));
    url = `${product.url}/docs/`;
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  /** Opens a page of the site; fails if the console says anything bad, or a file is missing. */
  async function visit(
    path: string,
    look: (page: Page) => Promise<void>,
    { width = 1200, scheme = 'light' } = {},
  ): Promise<void> {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('response', (response) => {
      if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
    });
    try {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(url + path, { waitUntil: 'networkidle0' });
      await look(page);
      assert.deepEqual(wrong, []);
    } finally {
      await page.close();
    }
  }

  for (const path of PAGES) {
    for (const scheme of ['light', 'dark']) {
      test(`/docs/${path} has nothing that axe finds wrong, and no error, in ${scheme}`, () =>
        visit(
          path,
          async (page) => {
            const isDark = await page.$eval('html', (html) => html.classList.contains('dark'));
            assert.equal(isDark, scheme === 'dark');
            await page.evaluate(AXE);
            const { violations, passes } = (await page.evaluate(RUN_AXE)) as AxeResults;
            assert.ok(passes.length > 10);
            assert.deepEqual(
              violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes.length]),
              [],
            );
          },
          { scheme },
        ));
    }

    test(`/docs/${path} does not scroll sideways on a page of 320 px`, () =>
      visit(
        path,
        async (page) => {
          const width = await page.$eval('html', ({ scrollWidth }) => scrollWidth);
          assert.ok(width <= 320, `${width} px`);
        },
        { width: 320 },
      ));
  }

  test('is walked through by keyboard: past the navigation, to search, to a page that is found', () =>
    visit('', async (page) => {
      await page.keyboard.press('Tab');
      const first = await page.evaluate(() => document.activeElement?.textContent?.trim());
      assert.equal(first, 'Skip to content');
      await page.keyboard.down('Control');
      await page.keyboard.press('KeyK');
      await page.keyboard.up('Control');
      await page.waitForSelector('#localsearch-input');
      await page.type('#localsearch-input', 'TOKEN_SECRET_PREVIOUS');
      await page.waitForSelector('#localsearch-list [role=option]');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => location.pathname !== '/docs/');
      const text = await page.$eval('main', (main) => main.textContent ?? '');
      assert.match(text, /TOKEN_SECRET_PREVIOUS/);
    }));

  test('shows every live snippet of the gallery at work, without a request', () =>
    visit('gallery', async (page) => {
      const live = snippets('html', 'docs/gallery.md').filter(({ name }) => name === 'live');
      assert.ok(live.length >= 12, `${live.length}`);
      await page.waitForFunction(
        (count) => document.querySelectorAll('.live s3-upload').length === count,
        {},
        live.length + 1,
      );
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      const states = await page.evaluate(async () => {
        const elements = [...document.querySelectorAll<HTMLElement>('.live s3-upload')].slice(
          0,
          -1,
        );
        return Promise.all(
          elements.map(async (node) => {
            const element = node as HTMLElementTagNameMap['s3-upload'];
            const { accept = '', disabled, noAuto } = element;
            const type = accept.includes('.pdf') ? 'pdf' : 'mp4';
            element.add([new File(['x'.repeat(1000)], `film.${type}`)]);
            if (noAuto) element.start();
            while (element.totals.active > 0) {
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
            return disabled ? 'done' : element.uploads[0]?.status;
          }),
        );
      });
      assert.deepEqual(new Set(states), new Set(['done']));
      const sent = requests.filter(
        (address) => !address.startsWith(url) && !address.startsWith('blob:'),
      );
      assert.deepEqual(sent, []);
    }));

  test('shows every state that is chosen, and logs what is dispatched', () =>
    visit('gallery', async (page) => {
      const choice = await page.waitForSelector('#state option:nth-child(20)');
      assert.ok(choice);
      const names = await page.$$eval('#state option', (options) =>
        options.map(({ value }) => value),
      );
      const seen = new Set<string>();
      for (const name of names) {
        await page.select('#state', name);
        const text = await page.$eval('.states s3-upload', async (node) => {
          const element = node as HTMLElementTagNameMap['s3-upload'];
          await element.updateComplete;
          return element.matches(':state(dragging)')
            ? 'dragging'
            : (element.shadowRoot?.textContent ?? '');
        });
        seen.add(`${name}: ${text}`);
      }
      assert.equal(seen.size, names.length);
      await page.select('#state', 'Sending');
      const before = await page.$$eval('.event-log li', (lines) => lines.length);
      const cancel = await page.waitForSelector('.states s3-upload >>> [part~=cancel]');
      await cancel?.click();
      await page.waitForFunction(
        (count) => document.querySelectorAll('.event-log li').length > count,
        {},
        before,
      );
    }));

  testThemeEditor(visit);

  test('has llms.txt, whose links lead to Markdown, and llms-full.txt, which has all of it', async () => {
    const text = await readFile(`${SITE}/llms.txt`, 'utf8');
    assert.match(text, /^# s3-upload\n\n> /);
    const links = [...text.matchAll(/^- \[[^\]]+\]\(([^)]+\.md)\)/gm)].map(([, link = '']) => link);
    assert.ok(links.length > 35, `${links.length}`);
    const full = await readFile(`${SITE}/llms-full.txt`, 'utf8');
    for (const link of links) {
      const source = await readFile(`${ROOT}docs/${link}`, 'utf8');
      assert.equal(await readFile(`${SITE}/${link}`, 'utf8'), source, link);
      assert.ok(full.includes(source), link);
    }
  });
});
