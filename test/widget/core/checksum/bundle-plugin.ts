import { bundle } from '../../../../worker/build/build.ts';

const ENTRY = 'test/widget/core/checksum/page.ts';

/**
 * A plugin for the test runner: serves the checksums, bundled and minified by the build, at
 * `/__checksum/bundle.js`, and at `/__checksum/page?csp=…` a page that has loaded them as the
 * global `checksum` under that Content-Security-Policy; `&host=…` loads them from another origin.
 */
export function checksumBundlePlugin() {
  let chunks: ReturnType<typeof bundle> | undefined;
  return {
    name: 'checksum-bundle',
    async serve(context: { path: string; URL: URL }) {
      if (context.path === '/__checksum/bundle.js') {
        const [chunk] = await (chunks ??= bundle('checksum', ENTRY, { isWhole: true }));
        const headers = { 'access-control-allow-origin': '*' };
        return { body: chunk?.code ?? '', type: 'js', headers };
      }
      if (context.path !== '/__checksum/page') return undefined;
      const { searchParams, port } = context.URL;
      const origin = searchParams.has('host') ? `http://${searchParams.get('host')}:${port}` : '';
      return {
        body: `<!doctype html><script type="module" src="${origin}/__checksum/bundle.js"></script>`,
        type: 'html',
        headers: { 'content-security-policy': searchParams.get('csp') ?? '' },
      };
    },
  };
}
