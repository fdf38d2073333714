/** The commands of README.md and docs/node.md, which these tests run as they stand there. */
import { readFileSync } from 'node:fs';
import { snippetsIn, type Snippet } from '../snippets.ts';
import { readme } from '../tables.ts';

/** The lines of the shell block of the README that has this line. @throws Error if there is none. */
export function commandsWith(line: string): readonly string[] {
  return blockWith(readme(), 'sh', line);
}

/** The lines of the block of docs/node.md that has this line. @throws Error if there is none. */
export function linesOfNodePage(language: string, line: string): readonly string[] {
  const page = readFileSync(new URL('../../../docs/node.md', import.meta.url), 'utf8');
  return blockWith(page, language, line);
}

function blockWith(text: string, language: string, line: string): readonly string[] {
  const block = snippetsIn(text, language)
    .map(linesOf)
    .find((lines) => lines.includes(line));
  if (block === undefined) throw new Error(`No block of ${language} has the line: ${line}`);
  return block;
}

function linesOf({ code }: Snippet): readonly string[] {
  return code.trim().split('\n');
}
