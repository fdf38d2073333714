/** The navigation: the lists of docs/index.md, which GitHub's readers see as well. */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

export interface Entry {
  readonly text: string;
  /** A page's file, from docs/. */
  readonly page: string;
}

export interface Group {
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** The groups in the order of docs/index.md. Pages that it does not name are in a last one. */
export function groups(docs: string): readonly Group[] {
  const [, ...sections] = readFileSync(posix.join(docs, 'index.md'), 'utf8').split(/^## /m);
  const named = sections.map((section): Group => {
    const [text = '', ...lines] = section.split('\n');
    const links = lines.join('\n').matchAll(/\[([^\]]+)\]\((?!https?:)([^)#]+\.md)\)/g);
    return { text, entries: [...links].map(([, text = '', page = '']) => ({ text, page })) };
  });
  const known = new Set([
    'index.md',
    ...named.flatMap(({ entries }) => entries.map(({ page }) => page)),
  ]);
  const others = pagesIn(docs)
    .filter((page) => !known.has(page))
    .map((page) => ({ text: titleOf(posix.join(docs, page)), page }));
  return others.length > 0 ? [...named, { text: 'More', entries: others }] : named;
}

/** Every page of the docs, from docs/. */
export function pagesIn(docs: string): readonly string[] {
  return globSync('**/*.md', { cwd: docs }).sort();
}

/** What stands in the first heading. */
export function titleOf(file: string): string {
  return /^# (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? file;
}

/** As VitePress wants it. */
export function sidebar(docs: string): { text: string; items: { text: string; link: string }[] }[] {
  return groups(docs).map(({ text, entries }) => ({
    text,
    items: entries.map(({ text: title, page }) => ({ text: title, link: linkTo(page) })),
  }));
}

function linkTo(page: string): string {
  return `/${page.replace(/(^|\/)(index|README)\.md$/, '$1').replace(/\.md$/, '')}`;
}
