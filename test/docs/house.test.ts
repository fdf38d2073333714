/** The house as its plan says: rooms, walls and sizes, read from the import graph. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  /** `import()`: it is loaded later. */
  readonly isLazy: boolean;
}

/** Static imports, types included, and lazy ones; the specifier is in the first or the second group. */
const SPECIFIER =
  /(?:^|\n)(?:import|export)\b[^;'"]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

const files = globSync('{widget,worker}/**/*.ts', { cwd: ROOT }).sort();
const imports: readonly Import[] = files.flatMap((from) =>
  [...readFileSync(join(ROOT, from), 'utf8').matchAll(SPECIFIER)].map(([, first, second, lazy]) => {
    const specifier = first ?? second ?? lazy ?? '';
    const to = specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier;
    return { from, to, isLazy: lazy !== undefined };
  }),
);

/**
 * From the top to the bottom: a file of core imports only what stands in a lower line. Rooms in one
 * line do not know each other. Files at the root of core have lines of their own.
 */
const CORE_LINES: readonly (readonly string[])[] = [
  ['index.ts'],
  ['uploader.ts'],
  ['schedule', 'page-guard.ts', 'restrictions.ts'],
  ['load-sending.ts'],
  ['sending'],
  ['journal'],
  ['services.ts'],
  ['api'],
  ['faults', 'throughput'],
  ['upload'],
  ['store', 'checksum', 'options.ts'],
  ['events.ts'],
  ['types.ts'],
  ['errors.ts'],
  ['util'],
];
/** Large because they are tables. */
const TABLES = new Set(['worker/config/settings.ts']);
const MOST_LINES = 300;
const MOST_FILES = 12;

const CORE = 'widget/core/';
const lineOf = (file: string): number =>
  CORE_LINES.findIndex((line) => line.includes(roomOf(file)));

/** The room of a file of core, or the file itself at its root. */
function roomOf(file: string): string {
  return file.slice(CORE.length).replace(/\/.*/, '');
}

function arrow({ from, to }: Import): string {
  return `${from} -> ${to}`;
}

function coreFiles(): readonly string[] {
  return files.filter((file) => file.startsWith(CORE));
}

/** A circle that contains the file, as a list of files; undefined if there is none. */
function circleFrom(start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const paths: (readonly string[])[] = [[start]];
  for (let path = paths.pop(); path; path = paths.pop()) {
    for (const { to } of imports.filter(({ from }) => from === path?.at(-1))) {
      if (to === start) return [...path, to];
      if (seen.has(to)) continue;
      seen.add(to);
      paths.push([...path, to]);
    }
  }
  return undefined;
}

describe('the house', () => {
  it('is read completely: every relative import leads to a file', () => {
    const lost = imports.filter(({ to }) => /^(widget|worker)\//.test(to) && !files.includes(to));
    assert.deepEqual(lost.map(arrow), []);
    assert.ok(imports.length > 300, `${imports.length} imports`);
    assert.ok(imports.some(({ from, to }) => from.endsWith('services.ts') && to.includes('/api/')));
  });

  it('has no circle in core, types included', () => {
    assert.deepEqual(coreFiles().map(circleFrom).filter(Boolean), []);
  });

  it('keeps Lit and the element out of core', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        from.startsWith(CORE) &&
        !to.startsWith(CORE) &&
        !/^worker\/protocol(\.ts$|\/)/.test(to) &&
        to !== 'idb-keyval',
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('lets the widget import only the contract from the Worker, and the Worker nothing of the widget', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        (from.startsWith('widget/') &&
          to.startsWith('worker/') &&
          !/^worker\/protocol(\.ts$|\/)/.test(to)) ||
        (from.startsWith('worker/') && to.startsWith('widget/')),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('has arrows that point down in core, types included', () => {
    const upwards = imports.filter(
      ({ from, to }) =>
        from.startsWith(CORE) &&
        to.startsWith(CORE) &&
        roomOf(from) !== roomOf(to) &&
        // The door: it is loaded, and its type is what the scheduler calls.
        lineOf(from) >= lineOf(to),
    );
    assert.deepEqual(upwards.map(arrow), []);
  });

  it('has a place for every file of core: in a room, or listed at its root', () => {
    const homeless = coreFiles().filter((file) => lineOf(file) < 0);
    assert.deepEqual(homeless, []);
    const rooms = new Set(
      coreFiles()
        .map(roomOf)
        .filter((room) => !room.endsWith('.ts')),
    );
    assert.ok(rooms.size <= 10, [...rooms].join());
  });

  it('has at most a dozen files in a room of core', () => {
    const counts = new Map<string, number>();
    for (const file of coreFiles()) {
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }
    assert.deepEqual(
      [...counts].filter(([, count]) => count > MOST_FILES),
      [],
    );
  });

  it('has no file of core above 300 lines, and a median under 80', () => {
    const lines = coreFiles().map(
      (file) => [file, readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1] as const,
    );
    assert.deepEqual(
      lines.filter(([file, count]) => count > MOST_LINES && !TABLES.has(file)),
      [],
    );
    const sorted = lines.map(([, count]) => count).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    assert.ok(median < 80, `the median is ${median}`);
  });

  it('has one door to the half of the engine that sends', () => {
    const doors = imports.filter(
      ({ from, to }) => to.startsWith(`${CORE}sending/`) && !from.startsWith(`${CORE}sending/`),
    );
    assert.deepEqual([...new Set(doors.map(({ from }) => from))], [`${CORE}load-sending.ts`]);
    assert.ok(doors.some(({ isLazy }) => isLazy));
  });
});

describe('the Worker', () => {
  it('has no circle, types included', () => {
    const worker = files.filter((file) => file.startsWith('worker/'));
    assert.ok(worker.length > 100, `${worker.length} files`);
    assert.deepEqual(worker.map(circleFrom).filter(Boolean), []);
  });
});

/** The element: everything of the widget but core. Locales are tables. */
const element = files.filter((file) => file.startsWith('widget/') && !file.startsWith(CORE));
const LOCALES = /^widget\/i18n\/[a-z]{2}\.ts$/;

describe('the element', () => {
  it('has no circle, types included', () => {
    assert.ok(element.length > 50, `${element.length} files`);
    assert.deepEqual(element.map(circleFrom).filter(Boolean), []);
  });

  it('has at most a dozen files in a folder', () => {
    const counts = new Map<string, number>();
    for (const file of element) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    assert.deepEqual(
      [...counts].filter(([, count]) => count > MOST_FILES),
      [],
    );
  });

  it('has no file above 300 lines, and a median under 80', () => {
    const lines = element
      .filter((file) => !LOCALES.test(file))
      .map(
        (file) => [file, readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1] as const,
      );
    assert.deepEqual(
      lines.filter(([, count]) => count > MOST_LINES),
      [],
    );
    const sorted = lines.map(([, count]) => count).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    assert.ok(median < 80, `the median is ${median}`);
  });

  for (const [what, isInside, door] of [
    [
      'what shows the rows',
      (file: string) => file.startsWith('widget/view/rows/'),
      'widget/view/load-rows.ts',
    ],
    [
      'what reads folders',
      (file: string) => file === 'widget/intake/folder.ts',
      'widget/intake/load-walk.ts',
    ],
  ] as const) {
    it(`has one door to ${what}`, () => {
      const inward = imports.filter(({ from, to }) => isInside(to) && !isInside(from));
      const lazy = inward.filter(({ isLazy }) => isLazy).map(({ from }) => from);
      assert.deepEqual(lazy, [door]);
      const named = inward.filter(({ isLazy }) => !isLazy).map(({ from }) => from);
      assert.deepEqual(
        named.filter((from) => from !== door),
        [],
      );
    });
  }
});
