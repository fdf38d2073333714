/** The fenced code of README.md, by language. */
import { readme } from './tables.ts';

export interface Snippet {
  readonly language: string;
  readonly code: string;
  /** 1-based, of the opening fence. */
  readonly line: number;
}

export function snippets(language: string): readonly Snippet[] {
  return snippetsIn(readme(), language);
}

/** The fenced code of a text in Markdown, in this language. */
export function snippetsIn(text: string, language: string): readonly Snippet[] {
  const found = [...text.matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm)].map(
    ([, indent = '', name = '', code = ''], index, all): Snippet => ({
      language: name,
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
      line: text.slice(0, all[index]?.index).split('\n').length,
    }),
  );
  return found.filter((snippet) => snippet.language === language);
}
