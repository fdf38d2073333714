/** The house as its plan says: rooms, walls and sizes, read from the import graph. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { importsOf, ROOT, type Import } from '../run/imports.ts';

const { files, imports } = importsOf('{widget,worker}/**/*.ts');

/**
 * From the top to the bottom: a file of core imports only what stands in a lower line. Rooms in one
 * line do not know each other. Files at the root of core have lines of their own.
 */
const CORE_LINES: readonly (readonly string[])[] = [
  ['index.ts'],
  ['uploader.ts'],
  ['adding.ts'],
  ['controls.ts', 'restrictions.ts'],
  ['load-scheduler.ts'],
  ['schedule'],
  ['sending'],
  ['journal'],
  ['services.ts'],
  ['api'],
  ['faults', 'throughput'],
  ['upload'],
  ['store', 'checksum', 'options.ts'],
  ['events.ts'],
  ['types.ts'],
  ['page-functions.ts'],
  ['errors.ts'],
  ['util'],
];
/**
 * The same for the Worker. A few files have an entry of their own, because they stand in another line
 * than their room: what an upload is stands below the ledger, and what is done with it above.
 */
const WORKER_LINES: readonly (readonly string[])[] = [
  ['cli'],
  ['index.ts', 'exports.ts'],
  ['node'],
  ['config.ts'],
  ['signer.ts', 'config'],
  ['signer-options.ts'],
  ['routes', 'companion', 'chunked', 'upkeep'],
  ['http', 'upload'],
  ['context.ts'],
  ['webhooks', 'policy/quota.ts', 'token.ts'],
  ['hooks.ts'],
  ['ledger'],
  ['policy', 'auth.ts'],
  ['auth', 'upload/bind-file.ts', 'upload/single-request.ts', 'upload/state.ts'],
  ['upload/upload.ts'],
  ['object', 'refusals.ts'],
  ['problem.ts', 's3'],
  ['util'],
  ['protocol.ts'],
  ['protocol'],
];
/** Large because they are tables: the settings, and the element's messages. */
const TABLES = /^(worker\/config\/settings|widget\/i18n\/(languages\/[a-z]{2}|en))\.ts$/;
const MOST_LINES = 300;
const MOST_FILES = 12;

const CORE = 'widget/core/';
const WORKER = 'worker/';

/** The room of a file under `root`, the file itself at its root, or the file if a line lists it. */
function roomOf(file: string, root = CORE, lines = CORE_LINES): string {
  const path = file.slice(root.length);
  return lines.some((line) => line.includes(path)) ? path : path.replace(/\/.*/, '');
}

/** The number of the line in which the file stands, from the top; -1 if it has no place. */
function lineOf(file: string, root = CORE, lines = CORE_LINES): number {
  return lines.findIndex((line) => line.includes(roomOf(file, root, lines)));
}

/** Imports within `root` that do not lead to a lower line, types included. */
function upwardImports(root: string, lines: readonly (readonly string[])[]): readonly string[] {
  return imports
    .filter(({ from, to }) => from.startsWith(root) && to.startsWith(root) && isPlaced(from))
    .filter(({ from, to }) => roomOf(from, root, lines) !== roomOf(to, root, lines))
    .filter(({ from, to }) => lineOf(from, root, lines) >= lineOf(to, root, lines))
    .map(arrow);
}

/** False for what is beside the Worker: its build, and the page that it serves. */
function isPlaced(file: string): boolean {
  return !/^worker\/(build|page)\//.test(file);
}

/** Folders that contain more than a dozen of the files. */
function crowdedFolders(of: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const file of of) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > MOST_FILES);
}

/** Asserts that no file has more than 300 lines, tables aside, and that the median is under 80. */
function assertShort(of: readonly string[]): void {
  const lines = of
    .filter((file) => !TABLES.test(file))
    .map((file) => [file, readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1] as const);
  assert.deepEqual(
    lines.filter(([, count]) => count > MOST_LINES),
    [],
  );
  const sorted = lines.map(([, count]) => count).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  assert.ok(median < 80, `the median is ${median}`);
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

  it('is the one that docs/architecture.md describes: what is named there exists', () => {
    const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const named = [...text.matchAll(/`([\w/-]+\.ts)`(?:: `(\w+)`)?/g)];
    const isThere = (path = '', name = '') =>
      globSync(
        `{,widget/,widget/core/,worker/,worker/upload/,worker/s3/,worker/s3/signing/}${path}`,
        {
          cwd: ROOT,
        },
      ).some(
        (file) => readFileSync(join(ROOT, file), 'utf8').includes(`function ${name}`) || !name,
      );
    assert.ok(named.length > 20, `${named.length} names`);
    const lost = named.filter(([, path, name]) => !isThere(path, name)).map(([match]) => match);
    assert.deepEqual(lost, []);
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
    assert.deepEqual(upwardImports(CORE, CORE_LINES), []);
  });

  it('has a place for every file of core: in a room, or listed at its root', () => {
    const homeless = coreFiles().filter((file) => lineOf(file) < 0);
    assert.deepEqual(homeless, []);
    const rooms = new Set(
      coreFiles()
        .map((file) => roomOf(file))
        .filter((room) => !room.endsWith('.ts')),
    );
    assert.ok(rooms.size <= 10, [...rooms].join());
  });

  it('has at most a dozen files in a room of core', () => {
    assert.deepEqual(crowdedFolders(coreFiles()), []);
  });

  it('has no file of core above 300 lines, and a median under 80', () => {
    assertShort(coreFiles());
  });

  it('has one door to the half of the engine that is loaded with the first file', () => {
    const doors = imports.filter(
      ({ from, to }) => to.startsWith(`${CORE}schedule/`) && !from.startsWith(`${CORE}schedule/`),
    );
    assert.deepEqual([...new Set(doors.map(({ from }) => from))], [`${CORE}load-scheduler.ts`]);
    assert.ok(doors.some(({ isLazy }) => isLazy));
  });

  it('lets only the scheduler send', () => {
    const senders = imports.filter(
      ({ from, to }) => to.startsWith(`${CORE}sending/`) && !from.startsWith(`${CORE}sending/`),
    );
    assert.deepEqual(
      [...new Set(senders.map(({ from }) => from))],
      [`${CORE}schedule/scheduler.ts`],
    );
  });
});

/** Everything of the Worker but what is beside it. */
const worker = files.filter((file) => file.startsWith(WORKER) && isPlaced(file));

describe('the Worker', () => {
  it('has no circle, types included', () => {
    assert.ok(worker.length > 100, `${worker.length} files`);
    assert.deepEqual(worker.map(circleFrom).filter(Boolean), []);
  });

  it('has a place for every file: in a room, or listed at its root', () => {
    const homeless = worker.filter((file) => lineOf(file, WORKER, WORKER_LINES) < 0);
    assert.deepEqual(homeless, []);
    const missing = WORKER_LINES.flat().filter(
      (entry) => !worker.some((file) => roomOf(file, WORKER, WORKER_LINES) === entry),
    );
    assert.deepEqual(missing, []);
  });

  it('has arrows that point down, types included', () => {
    assert.deepEqual(upwardImports(WORKER, WORKER_LINES), []);
  });

  it('keeps the contract free of everything else', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        from.startsWith('worker/protocol') &&
        !/^worker\/protocol(\.ts$|\/)/.test(to) &&
        !['valibot', '@valibot/to-json-schema'].includes(to),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('lets only the contract, helpers and its own files be imported by s3', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        from.startsWith('worker/s3/') &&
        to.startsWith(WORKER) &&
        !/^worker\/(s3\/|util\/|protocol(\.ts$|\/))/.test(to),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('imports nothing of the command-line tool', () => {
    const strangers = imports.filter(
      ({ from, to }) => to.startsWith('worker/cli/') && !/^worker\/(cli|build)\//.test(from),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('imports nothing of what runs on a server of one’s own, which only the tool starts', () => {
    const strangers = imports.filter(
      ({ from, to }) => to.startsWith('worker/node/') && !/^worker\/(node|cli)\//.test(from),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  it('leaves what a runtime other than workerd has, and its packages, to node and cli', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        from.startsWith(WORKER) &&
        isPlaced(from) &&
        !/^worker\/(node|cli)\//.test(from) &&
        /^node:|^@hono\/node-server|^@redis\//.test(to),
    );
    assert.deepEqual(strangers.map(arrow), []);
  });

  for (const room of ['routes', 'companion', 'chunked']) {
    it(`mounts ${room} in signer.ts and nowhere else`, () => {
      const inside = `${WORKER}${room}/`;
      const inward = imports.filter(({ to }) => to.startsWith(inside));
      const outside = inward.map(({ from }) => from).filter((from) => !from.startsWith(inside));
      assert.deepEqual([...new Set(outside)], ['worker/signer.ts']);
    });
  }

  it('has at most a dozen files in a folder', () => {
    assert.deepEqual(crowdedFolders(worker), []);
  });

  it('has no file above 300 lines, tables aside, and a median under 80', () => {
    assertShort(worker);
  });
});

/** The element: everything of the widget but core. */
const element = files.filter((file) => file.startsWith('widget/') && !file.startsWith(CORE));

describe('the element', () => {
  it('has no circle, types included', () => {
    assert.ok(element.length > 50, `${element.length} files`);
    assert.deepEqual(element.map(circleFrom).filter(Boolean), []);
  });

  it('has at most a dozen files in a folder', () => {
    assert.deepEqual(crowdedFolders(element), []);
  });

  it('has no file above 300 lines, and a median under 80', () => {
    assertShort(element);
  });

  for (const [what, isInside, door] of [
    [
      'what shows the rows',
      (file: string) => /^widget\/view\/rows\/(?!reorder\/)/.test(file),
      'widget/view/load-rows.ts',
    ],
    [
      'what reorders rows',
      (file: string) => file.startsWith('widget/view/rows/reorder/'),
      'widget/view/load-reorder.ts',
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

/** Files whose exports a project can import from the package. */
const ENTRIES = [
  'widget/index.ts',
  'widget/core/index.ts',
  'worker/exports.ts',
  'worker/node/exports.ts',
];

describe('what the package exports', () => {
  for (const entry of ENTRIES) {
    it(`from ${entry} has a comment that an editor can show`, () => {
      const silent: string[] = [];
      const lists = readFileSync(join(ROOT, entry), 'utf8').matchAll(
        /export (?:type )?\{([^}]*)\} from '([^']+)'/g,
      );
      for (const [, names = '', from = ''] of lists) {
        const source = readFileSync(join(ROOT, dirname(entry), from), 'utf8');
        for (const name of names.match(/\w+(?=\s*(?:,|$))/g) ?? []) {
          const declared = new RegExp(
            `(.*)\\nexport (?:async )?(?:function|const|class|interface|type) ${name}\\b`,
          ).exec(source);
          if (declared && !declared[1]?.endsWith('*/')) silent.push(name);
        }
      }
      assert.deepEqual(silent, []);
    });
  }
});
