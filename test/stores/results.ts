/** What the suite found, one file for each store: `test/stores/results/`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './row.ts';

const FOLDER = fileURLToPath(new URL('./results/', import.meta.url));

/** By the row's id. */
export type Results = Readonly<Record<string, Outcome>>;

/** What was found before; nothing for a store that has not been asked yet. */
export function readResults(store: string): Results {
  const file = fileOf(store);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

export function writeResults(store: string, results: Results): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(store), `${JSON.stringify(results, null, 2)}\n`);
}

function fileOf(store: string): string {
  return `${FOLDER}${store}.json`;
}
