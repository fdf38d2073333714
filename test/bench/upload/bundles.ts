/** The scripts of the benchmark's page. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { PAGE_BUNDLE } from '../../bundle.ts';

/** Contents by name: here.js, beside.js and peers.js. */
export type Scripts = ReadonlyMap<string, Uint8Array>;

const ENGINE = 'widget/core/index.ts';

/**
 * @param beside folder of another checkout, whose engine becomes `beside.js`.
 * @throws Error if that folder holds no engine.
 */
export async function bundleScripts(beside: string | undefined): Promise<Scripts> {
  const scripts = new Map([['here.js', await bundle('test/bench/upload/contenders.ts')]]);
  if (beside !== undefined) {
    scripts.set('beside.js', await bundle('test/bench/upload/contenders.ts', engineOf(beside)));
  }
  const hasPeers = existsSync('test/bench/peers/node_modules');
  scripts.set('peers.js', hasPeers ? await bundle('test/bench/peers/page.ts') : new Uint8Array());
  return scripts;
}

async function bundle(entryPoint: string, ...plugins: Plugin[]): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    entryPoints: [entryPoint],
    write: false,
    platform: 'browser',
    plugins,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** Puts the engine of another checkout in the place of ours; all else on the page stays the same. */
function engineOf(directory: string): Plugin {
  const path = join(resolve(directory), ENGINE);
  if (!existsSync(path)) throw new Error(`--beside ${directory}: there is no ${ENGINE}`);
  return {
    name: 'engine-beside',
    setup: ({ onResolve }) => {
      onResolve({ filter: /\/widget\/core\/index\.ts$/ }, () => ({ path }));
    },
  };
}
