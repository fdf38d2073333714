/** How tests bundle pages of their own, from the sources as they are. */
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

export const PAGE_BUNDLE = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['production'],
  legalComments: 'none',
  absWorkingDir: fileURLToPath(new URL('../', import.meta.url)),
} satisfies BuildOptions;
