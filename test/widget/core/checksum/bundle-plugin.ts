import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('../../../../widget/core/checksum/index.ts', import.meta.url));

/**
 * A plugin for the test runner: serves the checksums as they ship, bundled and minified, at
 * `/__checksum/bundle.js`, and at `/__checksum/page?csp=…` a page that has loaded them as the
 * global `checksum` under that Content-Security-Policy; `&host=…` loads them from another origin.
 */
export function checksumBundlePlugin() {
  return {
    name: 'checksum-bundle',
    async serve(context: { path: string; URL: URL }) {
      if (context.path === '/__checksum/bundle.js') return { body: await bundle(), type: 'js' };
      if (context.path !== '/__checksum/page') return undefined;
      const { searchParams, port } = context.URL;
      const origin = searchParams.has('host') ? `http://${searchParams.get('host')}:${port}` : '';
      return {
        body: `<!doctype html><script src="${origin}/__checksum/bundle.js"></script>`,
        type: 'html',
        headers: { 'content-security-policy': searchParams.get('csp') ?? '' },
      };
    },
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'checksum',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
