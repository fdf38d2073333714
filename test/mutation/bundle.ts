/** A file of tests with all that it imports from this project, as one function that evaluates it. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import { createSuite, type Suite } from './suite.ts';

/** Makes a file of tests over and over: its modules are evaluated anew each time. */
export interface TestBundle {
  readonly file: string;
  /** Whether a mutant of this id is in it. */
  has(mutant: string): boolean;
  evaluate(): Suite;
}

/** Where the bundle finds what stands for node:test. */
const PLACE = '__mutationSuite';
const NAMES = ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'] as const;

// Node.js has a navigator that does not know whether it is online.
if (!('onLine' in navigator)) {
  Object.defineProperty(navigator, 'onLine', { value: true, configurable: true });
}

/** Bundles the file. Packages stay outside and are loaded once. */
export async function bundleTest(file: string): Promise<TestBundle> {
  const { outputFiles } = await build({
    // Stryker has changed to its copy of the project since esbuild was loaded.
    absWorkingDir: process.cwd(),
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(resolve(file)).href) },
    plugins: [
      {
        name: 'node:test',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^node:test$/ }, () => ({ path: 'suite', namespace: PLACE }));
          onLoad({ filter: /^/, namespace: PLACE }, () => ({
            contents: `const suite = globalThis.${PLACE};
              export const { ${NAMES.join(', ')} } = suite;
              export const test = suite.it;`,
          }));
        },
      },
    ],
  });
  const text = outputFiles[0]?.text ?? '';
  const run = compileFunction(text, ['require', 'module', 'exports'], { filename: file });
  const require = createRequire(resolve(file));
  return {
    file,
    // Each source file has such a function, which the bundler gives a name of its own.
    has: (mutant) => new RegExp(`stryMutAct_9fa48\\d*\\("${mutant}"\\)`).test(text),
    evaluate() {
      const suite = createSuite();
      // The widget's tests find these as globals, as in mocha.
      Object.assign(globalThis, { [PLACE]: suite }, pick(suite));
      const module = { exports: {} };
      run(require, module, module.exports);
      return suite;
    },
  };
}

function pick(suite: Suite): object {
  return Object.fromEntries(NAMES.map((name) => [name, suite[name]]));
}
