/** The fenced code of README.md and of all pages of the docs. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Snippet {
  /** The page's file, from the root of the repository. */
  readonly page: string;
  readonly language: string;
  /** What follows the language on the opening fence. */
  readonly name: string;
  readonly code: string;
  /** 1-based, of the opening fence. */
  readonly line: number;
}

/** README.md and everything in docs/, from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }).sort(),
];

const ALL: readonly Snippet[] = PAGES.flatMap(snippetsOf);

/** All snippets in a language, or those of one page. */
export function snippets(language: string, page?: string): readonly Snippet[] {
  return ALL.filter(
    (snippet) => snippet.language === language && (page === undefined || snippet.page === page),
  );
}

/** Languages that the pages use. */
export function languages(): ReadonlySet<string> {
  return new Set(ALL.map(({ language }) => language));
}

/** `docs/start/hono.md:12`, as editors open it. */
export function placeOf({ page, line }: Snippet): string {
  return `${page}:${line}`;
}

function snippetsOf(page: string): readonly Snippet[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  return [...text.matchAll(/^( *)```(\w+)([^\n]*)\n([^]*?)^ *```$/gm)].map(
    ({ 1: indent = '', 2: language = '', 3: name = '', 4: code = '', index }): Snippet => ({
      page,
      language,
      name: name.trim(),
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
      line: text.slice(0, index).split('\n').length,
    }),
  );
}
