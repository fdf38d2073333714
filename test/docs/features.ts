/**
 * `docs/features.md`: what upload elements offer, and whether this one does. `npm run docs` writes the
 * table with the titles of the tests; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Answer, Feature } from './features/feature.ts';
import { FEATURES } from './features/rows.ts';
import { cell, table } from './markdown.ts';
import { shownBy } from './promises.ts';

const PAGE = fileURLToPath(new URL('../../docs/features.md', import.meta.url));
const BLOCK = /(<!-- features -->\n)[^]*(<!-- \/features -->)/;
/** In the order in which they are counted. */
const ANSWERS: readonly Answer[] = ['yes', 'partly', 'no', 'n/a'];

export function featuresPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/**
 * The page with the table that the rows make.
 *
 * @throws Error if a row names a test that does not exist.
 */
export function renewedFeatures(rows = FEATURES): string {
  const page = featuresPage();
  if (!BLOCK.test(page)) throw new Error('docs/features.md has no <!-- features --> block');
  return page.replace(
    BLOCK,
    (_, open: string, close: string) => `${open}\n${featuresTable(rows)}\n${close}`,
  );
}

function featuresTable(rows: readonly Feature[]): string {
  const counts = ANSWERS.map((answer) => {
    const count = rows.filter((row) => row.answer === answer).length;
    return `${count} ${answer}`;
  });
  const cells = rows.map(({ feature, answer, tests = [], note = '' }, index) => [
    `${index + 1}`,
    cell(feature),
    answer,
    cell([...tests.map(shownBy), ...(note ? [`*${note}*`] : [])].join('<br>')),
  ]);
  const head = ['#', 'Feature', 'Here', 'Shown by'];
  return `Of ${rows.length} rows: ${counts.join(', ')}.\n\n${table(head, cells)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, renewedFeatures());
