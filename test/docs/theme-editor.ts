/** The theme editor of the site, in Chromium. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { bundled } from './bundled.ts';
import { THEMES } from '../../docs/.vitepress/theme/editor/look.ts';

type Visit = (
  path: string,
  look: (page: Page) => Promise<void>,
  options?: { width?: number; scheme?: string },
) => Promise<void>;

const EDITED = '.theme-editor .preview >>> s3-upload';
/** What themes and the editor change, in the parts that are seen while files are sent. */
const PARTS = ['zone', 'button', 'list', 'row', 'thumb', 'body', 'name', 'status', 'fill'];
const PROPERTIES = [
  'color',
  'backgroundColor',
  'fontSize',
  'borderRadius',
  'borderTopWidth',
  'borderTopColor',
  'padding',
  'margin',
  'display',
  'rowGap',
  'columnGap',
] as const;

type Styles = Readonly<Record<string, string>>;

/** Adds its tests to the suite of the site; `visit` opens a page of it. */
export function testThemeEditor(visit: Visit): void {
  for (const [control, value, part, property, expected] of [
    ['accent', '#7a3fb5', 'button', 'color', 'rgb(122, 63, 181)'],
    ['background', '#fff7ed', '', 'backgroundColor', 'rgb(255, 247, 237)'],
    ['text', '#123456', 'name', 'color', 'rgb(18, 52, 86)'],
    ['radius', '3', 'zone', 'borderRadius', '3px'],
    ['density', '1.5', 'row', 'padding', '15px 0px'],
    ['fontSize', '20', 'name', 'fontSize', '20px'],
  ] as const) {
    test(`the theme editor's control “${control}” changes ${property} of the element`, () =>
      visit('guides/look', async (page) => {
        await ready(page);
        const key = `${part} ${property}`;
        assert.notEqual((await stylesOf(page, EDITED))[key], expected);
        await set(page, control, value);
        assert.equal((await stylesOf(page, EDITED))[key], expected);
      }));
  }

  for (const [theme, { selector }] of Object.entries(THEMES)) {
    for (const scheme of ['light', 'dark']) {
      test(`the CSS of the theme editor gives an empty page the same look: ${theme}, ${scheme}`, () =>
        visit('guides/look', async (page) => {
          await ready(page);
          const before = await stylesOf(page, EDITED);
          await set(page, 'theme', theme);
          await set(page, 'scheme', scheme);
          await set(page, 'accent', '#b5527a');
          await set(page, 'background', scheme === 'dark' ? '#201018' : '#fff4f8');
          await set(page, 'radius', '5');
          await set(page, 'density', '0.9');
          await set(page, 'fontSize', '15');
          const edited = await stylesOf(page, EDITED);
          assert.notDeepEqual(edited, before);
          const css = await page.$eval('.theme-editor .made', ({ textContent }) => textContent);
          const width = await page.$eval(EDITED, ({ parentElement }) => parentElement?.clientWidth);
          assert.ok(css.includes(selector) && width);
          const empty = await page.browser().newPage();
          try {
            await fillEmpty(empty, { css, theme, scheme, width });
            assert.deepEqual(await stylesOf(empty, 's3-upload'), edited);
          } finally {
            await empty.close();
          }
        }));
    }
  }

  test('the theme editor copies the CSS that it shows, by keyboard', () =>
    visit('guides/look', async (page) => {
      const { origin } = new URL(page.url());
      await page
        .browserContext()
        .overridePermissions(origin, ['clipboard-read', 'clipboard-sanitized-write']);
      await ready(page);
      await page.focus('#look-radius');
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(() =>
        document.querySelector('.theme-editor .made')?.textContent?.includes('radius: 11px'),
      );
      await page.focus('.theme-editor .made');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        () => document.querySelector('.theme-editor [role=status]')?.textContent !== '',
      );
      const [copied, shown] = await page.evaluate(async () => [
        await navigator.clipboard.readText(),
        document.querySelector('.theme-editor .made')?.textContent,
      ]);
      assert.match(copied ?? '', /--s3-upload-radius: 11px;/);
      assert.equal(copied, shown);
    }));

  test('the theme editor takes back one colour, or everything', () =>
    visit('guides/look', async (page) => {
      await ready(page);
      const before = await stylesOf(page, EDITED);
      await set(page, 'accent', '#b5527a');
      await set(page, 'radius', '5');
      const [reset, , , all] = await page.$$('.theme-editor .controls button');
      await reset?.click();
      await page.waitForFunction(
        () => !document.querySelector('.theme-editor .made')?.textContent?.includes('accent'),
      );
      assert.equal((await stylesOf(page, EDITED))['zone borderRadius'], '5px');
      await all?.click();
      await page.waitForFunction(
        () => !document.querySelector('.theme-editor .made')?.textContent?.includes('radius'),
      );
      assert.deepEqual(await stylesOf(page, EDITED), before);
    }));
}

async function ready(page: Page): Promise<void> {
  await page.waitForSelector(`${EDITED} >>> [part~=fill]`);
}

/** Sets a control as a user does, and waits until the element is drawn. */
async function set(page: Page, control: string, value: string): Promise<void> {
  await page.$eval(
    `#look-${control}`,
    (node, chosen) => {
      (node as HTMLInputElement).value = chosen;
      for (const type of ['input', 'change']) node.dispatchEvent(new Event(type));
    },
    value,
  );
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await ready(page);
}

/** Computed styles of the element and its first parts, after their transitions, as `part property`. */
async function stylesOf(page: Page, selector: string): Promise<Styles> {
  return page.$eval(
    selector,
    (node, parts, properties) => {
      const styles: Record<string, string> = {};
      for (const part of ['', ...parts]) {
        const target = part === '' ? node : node.shadowRoot?.querySelector(`[part~="${part}"]`);
        for (const animation of target?.getAnimations() ?? []) animation.finish();
        if (!target) continue;
        const style = getComputedStyle(target);
        for (const property of properties) styles[`${part} ${property}`] = style[property];
      }
      return styles;
    },
    PARTS,
    PROPERTIES,
  );
}

interface EmptyPage {
  readonly css: string;
  readonly theme: string;
  readonly scheme: string;
  readonly width: number;
}

/** Nothing but the element, in the state that the editor begins with, and the style sheet. */
async function fillEmpty(page: Page, { css, theme, scheme, width }: EmptyPage): Promise<void> {
  const [outer, inner] = theme === 'table' ? [theme, ''] : ['', theme];
  await page.setContent(`<!doctype html>
<style>
:root { color-scheme: ${scheme} }
body { margin: 0; inline-size: ${width}px; font: 16px/1.5 system-ui, sans-serif }
${css}
</style>
<div class="${outer}"><s3-upload class="${inner}" ${theme === 'bare-button' ? 'no-drop' : ''}></s3-upload></div>`);
  await page.addScriptTag({ content: await drawing(), type: 'module' });
  await page.waitForSelector('>>> [part~=fill]');
}

/** Defines the element and draws the editor's first state on the page. */
function drawing(): Promise<string> {
  return bundled(`
    import { S3UploadElement } from './widget/index.ts';
    import { drawState } from './docs/.vitepress/theme/gallery/states.ts';
    S3UploadElement.define();
    const element = document.querySelector('s3-upload');
    void drawState(element.parentElement, element, 'Sending');
  `);
}
