/** The CSS that the theme editor makes of a look. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  cssOf,
  readableOn,
  THEMES,
  UNCHANGED,
  type Look,
  type ThemeName,
} from '../../docs/.vitepress/theme/editor/look.ts';
import { elementDeclaration } from '../../worker/build/manifest.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const NAMES = Object.keys(THEMES) as ThemeName[];
const EVERYTHING = {
  light: { accent: '#7a3fb5', background: '#fff7ed', text: '#222222' },
  dark: { accent: '#c9a0ff', background: '#101020', text: '#eeeeee' },
  radius: 6,
  density: 0.8,
  fontSize: 14,
} as const;

function themeCss(theme: ThemeName): string {
  return theme === 'default' ? '' : readFileSync(`${DOCS}themes/${theme}.css`, 'utf8');
}

suite('the CSS of a look', () => {
  test('is empty for the default look, and that of its file for a theme that is not changed', () => {
    for (const theme of NAMES) {
      const css = cssOf({ ...UNCHANGED, theme }, themeCss(theme));
      assert.equal(css, themeCss(theme).trim(), theme);
    }
  });

  test('sets only custom properties and parts that the manifest lists', async () => {
    const { cssParts = [], cssProperties = [] } = await elementDeclaration();
    const [parts, properties] = [cssParts, cssProperties].map(
      (list) => new Set(list.map(({ name }) => name)),
    );
    for (const theme of NAMES) {
      const css = cssOf({ ...EVERYTHING, theme }, '');
      const set = [...css.matchAll(/(--[\w-]+):/g)].map(([, name = '']) => name);
      const styled = [...css.matchAll(/::part\(([\w-]+)\)/g)].map(([, name = '']) => name);
      assert.ok(set.length >= 4 && styled.length > 0, css);
      assert.deepEqual(
        set.filter((name) => !properties?.has(name)),
        [],
      );
      assert.deepEqual(
        styled.filter((name) => !parts?.has(name)),
        [],
      );
    }
  });

  test('has both colours where pages that are light and pages that are dark have their own', () => {
    const css = cssOf({ ...EVERYTHING, theme: 'default' }, '');
    assert.match(css, /--s3-upload-accent: light-dark\(#7a3fb5, #c9a0ff\);/);
    assert.match(css, /--s3-upload-paper: light-dark\(#ffffff, #000000\);/);
    assert.match(css, /\n {2}background: light-dark\(#fff7ed, #101020\);/);
  });

  test('uses a colour that is set for one kind of page on the other too', () => {
    const dark: Look = { ...UNCHANGED, dark: { accent: '#c9a0ff' } };
    assert.match(cssOf(dark, ''), /--s3-upload-accent: #c9a0ff;/);
  });

  test('keeps text readable on a background of its own', () => {
    for (const [background, text] of [
      ['#ffffff', '#000000'],
      ['#101020', '#ffffff'],
    ] as const) {
      const css = cssOf({ ...UNCHANGED, light: { background } }, '');
      assert.match(css, new RegExp(`\\n {2}color: ${text};`));
    }
  });

  test('sizes text in rem, so that it grows with what the user has set', () => {
    assert.match(cssOf({ ...UNCHANGED, fontSize: 14 }, ''), /font-size: 0\.875rem;/);
  });
});

suite('the readable colour on a ground', () => {
  // By the contrast ratio of WCAG; both have 4.58:1 on #757575 or near it.
  for (const [ground, colour] of [
    ['#000000', '#ffffff'],
    ['#ffffff', '#000000'],
    ['#0000ff', '#ffffff'],
    ['#ffff00', '#000000'],
    ['#747474', '#ffffff'],
    ['#777777', '#000000'],
  ] as const) {
    test(`is ${colour} on ${ground}`, () => assert.equal(readableOn(ground), colour));
  }
});
