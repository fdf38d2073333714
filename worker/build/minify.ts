/** What makes the bundles for pages smaller than the bundler's own minifier does. */
import { minifyHTMLLiterals } from 'minify-literals';
import type { Plugin } from 'rolldown';
import { minify } from 'terser';

/** Takes blanks and comments out of `html` and `css` templates, which are strings to a bundler. */
export function minifyTemplates(): Plugin {
  return {
    name: 'minify-templates',
    transform: {
      filter: { id: { exclude: /node_modules/ }, code: /\b(?:css|html)`/ },
      handler: (code, id) => minifyHTMLLiterals(code, { fileName: id }),
    },
  };
}

/**
 * Shortens code across functions and modules, which the bundler's minifier does less well. Names stay
 * as they are: the bundler's minifier comes afterwards, and chooses names that gzip better.
 */
export function minifyCode(): Plugin {
  return {
    name: 'minify-code',
    async renderChunk(code) {
      const { code: shorter = code, map } = await minify(code, {
        module: true,
        ecma: 2020,
        // Constants stay on the right: code that is written alike gzips better.
        compress: { passes: 3, keep_fargs: false, lhs_constants: false },
        mangle: false,
        sourceMap: true,
      });
      return { code: shorter, map: map as string };
    },
  };
}
