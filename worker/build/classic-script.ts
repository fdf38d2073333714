/** The element’s one-file module as a script for pages that cannot use modules. */
import { transform } from 'esbuild';

/** The global variable that has what the module exports. */
const GLOBAL_NAME = 's3Upload';

/**
 * Where a script came from, which the element asks when it needs its Worker. A module reads it at any
 * time, a classic script only while it runs for the first time. A script without an address stands in
 * the page itself.
 */
const ADDRESS = 'const scriptAddress=document.currentScript?.src||document.baseURI;';

interface Script {
  readonly code: string;
  /** Source map, as JSON. */
  readonly map: string;
}

/**
 * Makes a classic script of a module that imports nothing. This takes milliseconds, where bundling and
 * minifying the sources once more takes seconds.
 *
 * @param fileName - of the script, which names its source map
 */
export async function classicScript(
  module: { readonly code: string; readonly map: object | null },
  fileName: string,
): Promise<Script> {
  const [comment = ''] = /^\/\*![^]*?\*\/\n/.exec(module.code) ?? [];
  const own = module.code.slice(comment.length).replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const { code, map } = await transform(`${ADDRESS}${own}${inlined(module.map)}`, {
    format: 'iife',
    globalName: GLOBAL_NAME,
    define: { 'import.meta.url': 'scriptAddress' },
    minify: true,
    target: 'es2022',
    sourcemap: 'external',
    sourcefile: fileName,
  });
  return { code: `${comment}${code}//# sourceMappingURL=${fileName}.map\n`, map };
}

/** The map of the module, so that the script’s leads to the sources. */
function inlined(map: object | null): string {
  if (map === null) return '';
  const json = Buffer.from(JSON.stringify(map)).toString('base64');
  return `\n//# sourceMappingURL=data:application/json;base64,${json}`;
}
