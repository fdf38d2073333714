/** The commands of the start pages and of docs/node.md, which these tests run as they stand there. */
import { snippets, type Snippet } from '../snippets.ts';

/** The lines of the shell block of a start page that has this line. @throws Error if there is none. */
export function commandsWith(line: string, page = 'cloudflare'): readonly string[] {
  return blockWith(`docs/start/${page}.md`, 'sh', line);
}

/** The lines of the block of docs/node.md that has this line. @throws Error if there is none. */
export function linesOfNodePage(language: string, line: string): readonly string[] {
  return blockWith('docs/node.md', language, line);
}

function blockWith(page: string, language: string, line: string): readonly string[] {
  const block = snippets(language, page)
    .map(linesOf)
    .find((lines) => lines.includes(line));
  if (block === undefined) throw new Error(`No block of ${language} has the line: ${line}`);
  return block;
}

function linesOf({ code }: Snippet): readonly string[] {
  return code.trim().split('\n');
}
