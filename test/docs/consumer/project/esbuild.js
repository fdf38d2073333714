import { build } from 'esbuild';

await build({
  entryPoints: ['src/plain.js'],
  outdir: 'out/esbuild',
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
});
