/** Fences of `html live` are shown at work above their code. GitHub shows the code alone. */
import type { MarkdownRenderer } from 'vitepress';

/** A plugin for markdown-it. `LiveElement` is a component of the theme. */
export function liveFences(markdown: MarkdownRenderer): void {
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const code = fence?.(tokens, index, options, env, self) ?? '';
    if (token === undefined || !/^html live\b/.test(token.info)) return code;
    return `<LiveElement code="${encodeURIComponent(token.content)}" />\n${code}`;
  };
}
