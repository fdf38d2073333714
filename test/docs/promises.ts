/**
 * What the five older systems name, row by row, and what does it here: `docs/from/`. `npm run docs`
 * writes the tables with the titles of the tests; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cell, table } from './markdown.ts';
import { DABAPPS } from './promises/dabapps.ts';
import { DRF } from './promises/drf.ts';
import { JOIST } from './promises/joist.ts';
import { MULE } from './promises/mule.ts';
import { KINDS, type Citation, type Kind, type Row, type System } from './promises/row.ts';
import { S3FILEUP } from './promises/s3fileup.ts';
import { hasCase, titleWith } from './titles.ts';

const FOLDER = fileURLToPath(new URL('../../docs/from/', import.meta.url));
const BLOCK = /(<!-- rows -->\n)[^]*(<!-- \/rows -->)/;
/** What a title is filled in with when the test runs. */
const HOLE = /\$\{[^}]*\}/;
const HOLES = new RegExp(HOLE, 'g');
export const INDEX = 'README.md';

/** In the order of their rows’ numbers. */
export const SYSTEMS: readonly System[] = [S3FILEUP, DABAPPS, MULE, DRF, JOIST];

/** The tables of each page of `docs/from/`, by the page’s name. */
export function promisesPages(): ReadonlyMap<string, string> {
  return new Map([
    [INDEX, indexTables()],
    ...SYSTEMS.map((system) => [system.page, systemTables(system)] as const),
  ]);
}

export function promisesPage(name: string): string {
  return readFileSync(`${FOLDER}${name}`, 'utf8');
}

/** The page with the tables in the place of those that it has. */
export function renewedPage(name: string, tables: string): string {
  const page = promisesPage(name);
  if (!BLOCK.test(page)) throw new Error(`docs/from/${name} has no <!-- rows --> block`);
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}\n${tables}\n${close}`);
}

/** The titles of a test and of the suites around it, with the case that is meant. */
export function shownBy([file, text, oneCase]: Citation): string {
  const { path } = titleWith(file, text);
  if (oneCase !== undefined && !hasCase(file, oneCase)) {
    throw new Error(`test/${file} has no case “${oneCase}”`);
  }
  const titles = path.map((title) =>
    oneCase === undefined ? title : title.replace(HOLE, oneCase),
  );
  return `\`${file}\`: ${titles.join(' › ').replaceAll(HOLES, '…')}`;
}

function systemTables({ rows, script }: System): string {
  const tables = (Object.keys(KINDS) as Kind[])
    .map((kind) => [KINDS[kind], rows.filter((row) => row.kind === kind)] as const)
    .filter(([, ofKind]) => ofKind.length > 0)
    .map(([heading, ofKind]) => `### ${heading}\n\n${rowsTable(ofKind)}`);
  return [`The script above runs as a test. ${shownBy(script)}.\n`, ...tables].join('\n');
}

function indexTables(): string {
  const all = SYSTEMS.flatMap(({ rows }) => rows);
  const shown = all.filter((row) => row.tests !== undefined);
  const otherwise = all.filter((row) => row.reason !== undefined);
  const summary =
    `Of ${all.length} rows, ${shown.length} name tests that show them. ` +
    `${otherwise.length} differ in something, or are not there; these say why, in italics.\n`;
  const systems = SYSTEMS.map(
    ({ name, page, rows }) => `## [${name}](${page})\n\n${rowsTable(rows)}`,
  );
  return [summary, ...systems].join('\n');
}

function rowsTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.id, row.there, here(row), tests(row)].map(cell));
  return table(['Row', 'There', 'Here', 'Shown by'], cells);
}

function here({ here: does, reason }: Row): string {
  if (reason === undefined) return does;
  return `${does}${/[.!?)]$/.test(does) ? '' : '.'}<br>*${reason}*`;
}

function tests({ tests: cited = [] }: Row): string {
  return cited.map(shownBy).join('<br>');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, tables] of promisesPages()) {
    writeFileSync(`${FOLDER}${name}`, renewedPage(name, tables));
  }
}
