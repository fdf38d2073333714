/**
 * The cases that tests are named after (docs/cases.md), and the tests that name them. `npm run docs`
 * fills in the last column; a test compares.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}docs/cases.md`;
const ROW = /^\| (\d+) \| (.+?) \| [^|]*\|$/gm;
/** “case 45”, “cases 4, 5 and 8”, “case 80, 81”. */
const CITED = /\bcases? \d+(?:(?:, and | and |, )(?:case )?\d+)*/g;

export function casesPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The numbers that the page explains. */
export function explained(page: string): number[] {
  return [...page.matchAll(ROW)].map(([, number]) => Number(number));
}

/** The page with the tests that there are now. */
export function renewedCases(page: string): string {
  const tests = citations(globSync('test/**/*.test.ts', { cwd: ROOT }));
  return page.replace(ROW, (_, number: string, text: string) => {
    const files = [...(tests.get(Number(number)) ?? [])].sort();
    return `| ${number} | ${text} | ${files.map((file) => `\`${file}\``).join(', ')} |`;
  });
}

/** Every number that is cited anywhere in the code, with the files that cite it. */
export function citations(files = sources()): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  for (const file of files) {
    for (const [cited] of readFileSync(`${ROOT}${file}`, 'utf8').matchAll(CITED)) {
      for (const number of cited.match(/\d+/g) ?? []) {
        const known = found.get(Number(number)) ?? new Set();
        found.set(Number(number), known.add(file));
      }
    }
  }
  return found;
}

function sources(): string[] {
  return globSync('{test,widget,worker}/**/*.{ts,js}', {
    cwd: ROOT,
    exclude: (name) => name.includes('node_modules') || name.startsWith('test/docs/'),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, renewedCases(casesPage()));
}
