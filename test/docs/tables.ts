/**
 * The tables of README.md and docs/node.md that are made from the code: settings of the Worker and of a
 * server, attributes of the element, what a hostile client meets. `npm run docs` writes them; a test
 * compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { configuration } from '../../worker/build/manifest.ts';
import { SETTINGS, type Setting } from '../../worker/config/settings.ts';
import { NODE_SETTINGS } from '../../worker/node/settings.ts';
import { table } from './markdown.ts';
import { TRIES, type Try } from '../worker/hostile/tries.ts';

const ROOT = new URL('../../', import.meta.url);
const README = new URL('README.md', ROOT);
const NODE_PAGE = new URL('docs/node.md', ROOT);
const CONFIGURATION = await configuration();

/** What stands between `<!-- NAME -->` and `<!-- /NAME -->` in README.md. */
export const TABLES: Readonly<Record<string, () => string>> = {
  settings: () => settingsTable(SETTINGS),
  attributes: attributesTable,
  security: securityTable,
};

/** What stands in such blocks in docs/node.md. */
const NODE_TABLES: typeof TABLES = { settings: () => settingsTable(NODE_SETTINGS) };

/** README.md, or another page, with its tables as the code would have them. */
export function renewed(text: string, tables = TABLES): string {
  return Object.entries(tables).reduce((page, [name, table]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!block.test(page)) throw new Error(`The page has no <!-- ${name} --> block`);
    return page.replace(block, (_, open: string, close: string) => `${open}\n${table()}\n${close}`);
  }, text);
}

export function readme(): string {
  return readFileSync(README, 'utf8');
}

/** docs/node.md as it is, and with its tables as the code would have them. */
export function nodePage(): { readonly text: string; readonly renewed: string } {
  const text = readFileSync(NODE_PAGE, 'utf8');
  return { text, renewed: renewed(text, NODE_TABLES) };
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

/** What test/worker/hostile.test.ts does on every store. */
function securityTable(): string {
  const rows = Object.values<Try>(TRIES).map(({ aim, tries, meets }) => [aim, tries, meets]);
  return table(['Aim', 'A hostile client …', 'and meets'], rows);
}

/** A default that is a value is set in code, one that is a sentence is not. */
function codeUnlessProse(text: string): string {
  return /^[\w{}/.-]+$/.test(text) ? `\`${text}\`` : text;
}

/** From the manifest, which has it from the declarations and the comments above them. */
function attributesTable(): string {
  const rows = CONFIGURATION.map((field) => [
    field.attribute === undefined ? '–' : `\`${field.attribute}\``,
    `\`${field.name}\``,
    `\`${field.type?.text.replace(' | undefined', '').replaceAll('|', '\\|')}\``,
    (field.description ?? '') +
      (field.default ? ` Default: ${field.default.replaceAll("'", '`')}.` : ''),
  ]);
  return table(['Attribute', 'Property', 'Type', 'Meaning'], rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(README, renewed(readme()));
  writeFileSync(NODE_PAGE, nodePage().renewed);
}
