/** `llms.txt` and `llms-full.txt`, for programs that read: https://llmstxt.org */
import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { groups } from './navigation.ts';

const SUMMARY =
  '`<s3-upload>` is a web component that uploads files from any web page straight to an S3 bucket. A Cloudflare Worker, or a Node.js server, decides what may be uploaded and signs each request.';

/** Writes both files into the folder of the site, and each page as Markdown beside its HTML. */
export function writeForModels(docs: string, output: string): void {
  const all = groups(docs);
  const lists = all.map(({ text, entries }) =>
    [
      `## ${text}`,
      '',
      ...entries.map(
        ({ text: title, page }) => `- [${title}](${page})${descriptionOf(docs, page)}`,
      ),
      '',
    ].join('\n'),
  );
  writeFileSync(
    posix.join(output, 'llms.txt'),
    `# s3-upload\n\n> ${SUMMARY}\n\n${lists.join('\n')}`,
  );
  const pages = all.flatMap(({ entries }) => entries.map(({ page }) => page));
  const texts = [...new Set(pages)].map(
    (page) => `<!-- ${page} -->\n\n${readFileSync(posix.join(docs, page), 'utf8')}`,
  );
  writeFileSync(posix.join(output, 'llms-full.txt'), `> ${SUMMARY}\n\n${texts.join('\n')}`);
  for (const page of pages) {
    writeFileSync(posix.join(output, page), readFileSync(posix.join(docs, page)));
  }
}

/** The first sentence under the title. */
function descriptionOf(docs: string, page: string): string {
  const text = readFileSync(posix.join(docs, page), 'utf8').replace(/^---\n[^]*?\n---\n/, '');
  const [, first = ''] = /^# .+\n+([A-Z`<][^\n]*)/m.exec(text) ?? [];
  const sentence = /^.+?[.:?!](?= |$)/.exec(first)?.[0] ?? '';
  return sentence === '' ? '' : `: ${sentence}`;
}
