/**
 * `docs/compatibility.md`: what each store was found to do. `npm run docs` writes the tables from the
 * results of `suite.test.ts`; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cell, table } from '../docs/markdown.ts';
import { readResults, type Results } from './results.ts';
import type { Outcome, Row } from './row.ts';
import { ROWS } from './rows.ts';
import { STORES, type TestedStore } from './stores.ts';

const PAGE = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url));
const BLOCK = /(<!-- compatibility -->\n)[^]*(<!-- \/compatibility -->)/;

export function compatibilityPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/**
 * The page with the tables that the results make.
 *
 * @throws Error if a store has no result for a row, or has one for a row that is gone.
 */
export function renewedCompatibility(
  rows: readonly Row[] = ROWS,
  stores: readonly TestedStore[] = STORES,
  resultsOf: (store: string) => Results = readResults,
): string {
  const page = compatibilityPage();
  if (!BLOCK.test(page))
    throw new Error('docs/compatibility.md has no <!-- compatibility --> block');
  const found = new Map(stores.map(({ id }) => [id, completeResults(id, rows, resultsOf(id))]));
  const outcome = (store: TestedStore, row: Row): Outcome => {
    const one = found.get(store.id)?.[row.id];
    if (one === undefined) throw new Error(`${store.id} has no result for ${row.id}`);
    return one;
  };
  const tables = [
    storesTable(stores),
    answersTable(rows, stores, outcome),
    notes(rows, stores, outcome),
  ];
  return page.replace(
    BLOCK,
    (_, open: string, close: string) => `${open}\n${tables.join('\n')}\n${close}`,
  );
}

type OutcomeOf = (store: TestedStore, row: Row) => Outcome;

function completeResults(store: string, rows: readonly Row[], results: Results): Results {
  const unknown = Object.keys(results).filter((id) => rows.every((row) => row.id !== id));
  if (unknown.length > 0)
    throw new Error(`${store} has results for ${unknown.join()}, which are no rows`);
  return results;
}

function storesTable(stores: readonly TestedStore[]): string {
  return table(
    ['Store', 'Version', '`S3_PROFILE`'],
    stores.map(({ name, version, profile }) => [cell(name), version, `\`${profile}\``]),
  );
}

function answersTable(
  rows: readonly Row[],
  stores: readonly TestedStore[],
  outcome: OutcomeOf,
): string {
  return table(
    ['Behaviour', ...stores.map(({ name }) => cell(name))],
    rows.map((row) => [
      cell(row.behaviour),
      ...stores.map((store) => {
        const { answer, note } = outcome(store, row);
        return note === undefined ? answer : `${answer} *`;
      }),
    ]),
  );
}

/** What stands behind each answer that has a note; stores with the same note together. */
function notes(rows: readonly Row[], stores: readonly TestedStore[], outcome: OutcomeOf): string {
  const lines = rows.flatMap((row) => {
    const byNote = new Map<string, string[]>();
    for (const store of stores) {
      const { answer, note } = outcome(store, row);
      if (note === undefined) continue;
      const text = `${answer}: ${note}`;
      byNote.set(text, [...(byNote.get(text) ?? []), cell(store.name)]);
    }
    return [...byNote].map(([note, names]) => [
      cell(row.behaviour),
      names.join('<br>'),
      cell(note),
    ]);
  });
  return `The answers with a star:\n\n${table(['Behaviour', 'Stores', 'Answer'], lines)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, renewedCompatibility());
}
