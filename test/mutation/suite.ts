/**
 * `describe` and `it` for a file of tests that is evaluated in this process, as often as there are
 * mutants: the parts of node:test and of mocha that the tests of pure code use.
 */

type Run = () => unknown;

/** A test, with what has to run around it. */
export interface Test {
  /** Unique in its file: the titles of its suites and its own. */
  readonly id: string;
  readonly skip: boolean;
  /** @throws whatever the test or a hook around it throws. */
  readonly run: () => Promise<void>;
}

/** What a file of tests finds as globals, and in node:test. */
export interface Suite {
  readonly describe: (title: string, ...rest: readonly unknown[]) => void;
  readonly it: (title: string, ...rest: readonly unknown[]) => void;
  readonly before: (run: Run) => void;
  readonly after: (run: Run) => void;
  readonly beforeEach: (run: Run) => void;
  readonly afterEach: (run: Run) => void;
  /** Everything that has been declared, in order. */
  readonly tests: readonly Test[];
  /** Runs what comes after all tests. */
  readonly end: () => Promise<void>;
}

interface Scope {
  readonly title: string;
  readonly skip: boolean;
  readonly parent: Scope | undefined;
  readonly before: Run[];
  readonly after: Run[];
  readonly beforeEach: Run[];
  readonly afterEach: Run[];
  isBegun: boolean;
}

/** A suite for one evaluation of a file. */
export function createSuite(): Suite {
  const tests: Test[] = [];
  const begun: Scope[] = [];
  const ids = new Set<string>();
  let scope = scopeOf('', false, undefined);

  return {
    tests,
    describe(title, ...rest) {
      const outer = scope;
      scope = scopeOf(title, outer.skip || isSkipped(rest), outer);
      bodyOf(rest)();
      scope = outer;
    },
    it(title, ...rest) {
      const own = scope;
      const path = [...outerFirst(own).flatMap((one) => one.title || []), title].join(' > ');
      tests.push({
        id: unique(path),
        skip: own.skip || isSkipped(rest),
        run: () => runIn(own, bodyOf(rest)),
      });
    },
    before: (run) => void scope.before.push(run),
    after: (run) => void scope.after.push(run),
    beforeEach: (run) => void scope.beforeEach.push(run),
    afterEach: (run) => void scope.afterEach.push(run),
    async end() {
      for (const one of begun.reverse()) for (const run of one.after) await run();
    },
  };

  async function runIn(own: Scope, body: Run): Promise<void> {
    const scopes = outerFirst(own);
    for (const one of scopes) {
      if (one.isBegun) continue;
      one.isBegun = true;
      begun.push(one);
      for (const run of one.before) await run();
    }
    try {
      for (const one of scopes) for (const run of one.beforeEach) await run();
      await body();
    } finally {
      for (const one of scopes.reverse()) for (const run of one.afterEach) await run();
    }
  }

  function unique(path: string): string {
    let id = path;
    for (let count = 2; ids.has(id); count++) id = `${path} (${count})`;
    ids.add(id);
    return id;
  }
}

function scopeOf(title: string, skip: boolean, parent: Scope | undefined): Scope {
  const hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
  return { title, skip, parent, ...hooks, isBegun: false };
}

function outerFirst(scope: Scope | undefined): Scope[] {
  return scope === undefined ? [] : [...outerFirst(scope.parent), scope];
}

/** node:test takes options before the function; mocha does not. */
function bodyOf(rest: readonly unknown[]): Run {
  const body = rest.at(-1);
  return typeof body === 'function' ? (body as Run) : () => undefined;
}

function isSkipped([options]: readonly unknown[]): boolean {
  const skip = options !== null && typeof options === 'object' && 'skip' in options && options.skip;
  return skip !== undefined && skip !== false;
}
