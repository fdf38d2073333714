/** The titles of the tests, read from their files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TRIES } from '../worker/hostile/tries.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** A call that declares a test or a suite, as the formatter leaves it. */
const DECLARED =
  /^( *)(?:[\w.]+\(\s*)*?(it|test|describe|onEveryStore|inChromium)\(\s*(['"`])((?:\\.|(?!\3)[^\\])*)\3/gm;
const known = new Map<string, readonly Title[]>();

export interface Title {
  /** What stands in the file; `${…}` included. */
  readonly own: string;
  /** The titles of the suites around it and its own, from the outside in. */
  readonly path: readonly string[];
}

/** The tests of a file below `test/`. The tries of the hostile suite are data. */
export function titlesOf(file: string): readonly Title[] {
  const titles = known.get(file) ?? readTitles(file);
  known.set(file, titles);
  return titles;
}

/** The only test of the file whose own title contains the text. Throws if there are none or several. */
export function titleWith(file: string, text: string): Title {
  const titles = titlesOf(file);
  const found = titles.filter(({ own }) => own.includes(text));
  const [title, ...others] = found.length > 1 ? titles.filter(({ own }) => own === text) : found;
  if (title === undefined || others.length > 0) {
    throw new Error(`test/${file}: ${found.length} tests have “${text}” in their title`);
  }
  return title;
}

/** Whether the text stands in the file as a value, such as that of one case of a test. */
export function hasCase(file: string, text: string): boolean {
  return readFileSync(`${ROOT}${file}`, 'utf8').includes(`'${text}'`);
}

function readTitles(file: string): readonly Title[] {
  if (file === 'worker/hostile.test.ts') {
    return Object.values(TRIES).map(({ tries }) => ({
      own: tries,
      path: ['a hostile client', tries],
    }));
  }
  const titles: Title[] = [];
  const suites: { indent: number; title: string }[] = [];
  const source = readFileSync(`${ROOT}${file}`, 'utf8');
  for (const [, spaces = '', what = '', , own = ''] of source.matchAll(DECLARED)) {
    const indent = spaces.length;
    while ((suites.at(-1)?.indent ?? -1) >= indent) suites.pop();
    if (what === 'it' || what === 'test' || what === 'inChromium') {
      const path = [...suites.map(({ title }) => title), own].filter((title) => title !== '');
      titles.push({ own, path });
    } else suites.push({ indent, title: own });
  }
  return titles;
}
