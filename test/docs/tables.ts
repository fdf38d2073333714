/**
 * The tables of the docs that are made from the code: settings of the Worker and of a server, the
 * element's attributes, events and parts, the engine's options, problem codes, what a hostile client meets, components of
 * the examples. `npm run docs`
 * writes them; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as limits from '../../worker/protocol/limits.ts';
import { SETTINGS, type Setting } from '../../worker/config/settings.ts';
import { NODE_SETTINGS } from '../../worker/node/settings.ts';
import { TRIES, type Try } from '../worker/hostile/tries.ts';
import { ELEMENT_TABLES } from './element-tables.ts';
import { EXAMPLES } from './example-files.ts';
import { ENGINE_TABLES, SNAPSHOT_TABLES } from './interface-tables.ts';
import { table } from './markdown.ts';
import { PROBLEM_TABLES } from './problems.ts';

const ROOT = new URL('../../', import.meta.url);

/** What stands between `<!-- NAME -->` and `<!-- /NAME -->`, by page. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/explanation/limits.md': { requests: requestsTable },
  'docs/guides/engine.md': ENGINE_TABLES,
  'docs/guides/frameworks.md': EXAMPLES,
  'docs/node.md': { settings: () => settingsTable(NODE_SETTINGS) },
  'docs/reference/element.md': { ...ELEMENT_TABLES, ...SNAPSHOT_TABLES },
  'docs/reference/problems.md': PROBLEM_TABLES,
  'docs/reference/settings.md': { settings: () => settingsTable(SETTINGS) },
  'docs/security.md': { security: securityTable },
};

/** A page as it is. */
export function pageText(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8');
}

/** The page with its tables as the code would have them. */
export function renewed(page: string): string {
  return Object.entries(TABLES[page] ?? {}).reduce((text, [name, tableOf]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!block.test(text)) throw new Error(`${page} has no <!-- ${name} --> block`);
    return text.replace(
      block,
      (_, open: string, close: string) => `${open}\n${tableOf()}\n${close}`,
    );
  }, pageText(page));
}

function settingsTable(settings: readonly Setting[]): string {
  const rows = settings.map((setting) => [
    `\`${setting.name}\`${setting.secret ? ' (secret)' : ''}`,
    setting.meaning,
    setting.default === null ? '–' : codeUnlessProse(setting.default),
    setting.example.startsWith('(') ? setting.example : `\`${setting.example}\``,
  ]);
  return table(['Setting', 'Meaning', 'Default', 'Example'], rows);
}

/** The limits that the contract names. */
function requestsTable(): string {
  const rows = [
    ['Files in `POST /uploads`', limits.MAX_FILES_PER_CREATE],
    ['Checksums of first parts in it', limits.MAX_CHECKSUMS_PER_CREATE],
    ['Parts in `POST /uploads/:id/sign`', limits.MAX_PARTS_PER_SIGN],
    ['Uploads in `POST /uploads/complete`', limits.MAX_UPLOADS_PER_COMPLETE],
    ['Ids in `POST /uploads/links`', limits.MAX_LINKS],
    ['Bytes of the path of a file', limits.MAX_PATH_BYTES],
  ] as const;
  return table(
    ['In one request', 'At most'],
    rows.map(([what, most]) => [what, most.toLocaleString('en')]),
  );
}

/** What test/worker/hostile.test.ts does on every store. */
function securityTable(): string {
  const rows = Object.values<Try>(TRIES).map(({ aim, tries, meets }) => [aim, tries, meets]);
  return table(['Aim', 'A hostile client …', 'and gets'], rows);
}

/** A default that is a value is set in code, one that is a sentence is not. */
function codeUnlessProse(text: string): string {
  return /^[\w{}/.-]+$/.test(text) ? `\`${text}\`` : text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of Object.keys(TABLES)) writeFileSync(new URL(page, ROOT), renewed(page));
}
