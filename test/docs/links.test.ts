/** Links between the pages lead to headings that exist, and the navigation names every page. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { groups, pagesIn } from '../../docs/.vitepress/navigation.ts';
import { slugOf } from '../../docs/.vitepress/slug.ts';
import { PAGES } from './snippets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LINK = /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

test('every link with an anchor leads to a heading of its page', () => {
  const linked = PAGES.flatMap((from) =>
    [...withoutCode(from).matchAll(LINK)].flatMap(([, target = '', anchor]) => {
      if (anchor === undefined) return [];
      const to = target === '' ? from : posix.join(posix.dirname(from), target);
      return [{ from, to, anchor }];
    }),
  );
  assert.ok(linked.length > 60, `${linked.length}`);
  for (const { from, to, anchor } of linked) {
    assert.ok(anchorsOf(to).has(anchor), `${from} -> ${to}#${anchor}`);
  }
});

test('every page of the docs is in the navigation', () => {
  const all = groups(`${ROOT}docs`);
  assert.deepEqual(all.map(({ text }) => text).slice(0, 5), [
    'Start',
    'Guides',
    'Reference',
    'Explanation',
    'Moving from',
  ]);
  const named = new Set(all.flatMap(({ entries }) => entries.map(({ page }) => page)));
  for (const page of named) assert.ok(existsSync(`${ROOT}docs/${page}`), page);
  assert.deepEqual(
    pagesIn(`${ROOT}docs`).filter((page) => !named.has(page)),
    ['index.md'],
  );
});

test('the README is one screen', () => {
  const lines = readFileSync(`${ROOT}README.md`, 'utf8').split('\n');
  assert.ok(lines.length <= 70, `${lines.length} lines`);
  assert.ok(statSync(`${ROOT}README.md`).size < 6_000);
});

/** Of all headings; GitHub numbers those that come twice. */
function anchorsOf(page: string): ReadonlySet<string> {
  const counts = new Map<string, number>();
  return new Set(
    [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
      const slug = slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
      const count = counts.get(slug) ?? 0;
      counts.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

function withoutCode(page: string): string {
  return readFileSync(`${ROOT}${page}`, 'utf8').replaceAll(/^( *)```[^]*?^\1```$/gm, '');
}
