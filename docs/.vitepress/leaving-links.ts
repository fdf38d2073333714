/** Links from a page to files outside of docs/ lead to the repository, as package.json names it. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

const { repository } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { repository: { url: string } };
const REPOSITORY = repository.url.replace(/^git\+(.+)\.git$/, '$1/blob/main/');

/** A plugin for markdown-it. */
export function leadOutside(markdown: MarkdownRenderer, docs: string): void {
  markdown.core.ruler.push('lead-outside', ({ tokens, env }) => {
    const page = (env as { relativePath?: string; path?: string }).path ?? '';
    const folder = posix.dirname(page.slice(docs.length));
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const target = token.type === 'link_open' ? token.attrGet('href') : null;
      if (!target || /^([a-z]+:|#|\/)/.test(target)) continue;
      const fromDocs = posix.join(folder, target);
      // A file that is not a page is no part of the site either.
      if (fromDocs.startsWith('../') || /\.(css|ts)$/.test(fromDocs)) {
        token.attrSet('href', REPOSITORY + posix.join('docs', fromDocs));
      }
    }
  });
}
