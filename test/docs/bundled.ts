/** Snippets that import the package, before it is built. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the package's names stand for before it is built. */
export const ALIAS = {
  's3-upload-element/core': `${ROOT}widget/core/index.ts`,
  's3-upload-element/node': `${ROOT}worker/node/exports.ts`,
  's3-upload-element/protocol': `${ROOT}worker/protocol.ts`,
  's3-upload-element/worker': `${ROOT}worker/exports.ts`,
  's3-upload-element': `${ROOT}widget/index.ts`,
};

/** One module, for a browser or workerd. */
export async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: ROOT },
    alias: ALIAS,
    external: ['cloudflare:*'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
