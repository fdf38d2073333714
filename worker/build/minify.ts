/** What makes the bundles for pages smaller than the bundler's own minifier does. */
import { basename } from 'node:path';
import { minifyHTMLLiterals } from 'minify-literals';
import type { Plugin } from 'rolldown';
import { minify } from './kept-minify.ts';

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

interface Cut {
  readonly found: RegExp;
  readonly instead: string;
}

/** Lit's check for browsers that cannot adopt style sheets. */
const CAN_ADOPT: Cut = {
  found:
    /\w+\.ShadowRoot&&\(void 0===\w+\.ShadyCSS\|\|\w+\.ShadyCSS\.nativeShadow\)&&"adoptedStyleSheets"in Document\.prototype&&"replace"in CSSStyleSheet\.prototype/,
  instead: 'true',
};
/** Where polyfills of shadow roots would connect to Lit. */
const POLYFILL_SUPPORT: Cut = {
  found: /\w+\.(?:reactiveElement|litHtml|litElement)PolyfillSupport/,
  instead: 'void 0',
};
/** Where each Lit of a page says its version, which Lit's development mode reads. */
const VERSIONS: Cut = {
  found: /\(\w+\.(?:reactiveElement|litHtml|litElement)Versions\?\?=\[\]\)\.push\("[\d.]+"\)/,
  instead: 'void 0',
};
/** What Lit tells those who call `css` and `html` with other values than they take, as the compiler does. */
const MISUSED_CSS: readonly Cut[] = [
  /Error\("CSSResult is not constructable[^"]*"\)/,
  /Error\("Value passed to 'css' function[^"]*"\+\w+\+"[^"]*"\)/,
].map((found) => ({ found, instead: 'Error()' }));
const MISUSED_HTML: Cut = {
  found: /Error\("invalid template strings array"\)/,
  instead: 'Error()',
};

/** By the names of Lit's files. */
const CUTS: Readonly<Record<string, readonly Cut[]>> = {
  'css-tag.js': [CAN_ADOPT, ...MISUSED_CSS],
  'lit-html.js': [POLYFILL_SUPPORT, VERSIONS, MISUSED_HTML],
  'reactive-element.js': [POLYFILL_SUPPORT, VERSIONS],
  'lit-element.js': [POLYFILL_SUPPORT, VERSIONS],
};

/**
 * Takes out of Lit what is for its development mode, and for browsers without shadow roots or
 * `adoptedStyleSheets`. They lack `ElementInternals` and custom states, too, so that the element cannot
 * run in them: https://developer.mozilla.org/en-US/docs/Web/API/CustomStateSet#browser_compatibility
 *
 * @throws Error if Lit is no longer written like that.
 */
export function trimLit(): Plugin {
  return {
    name: 'trim-lit',
    transform: {
      filter: { id: /(?:css-tag|lit-html|reactive-element|lit-element)\.js$/ },
      handler(code, id) {
        const cuts = CUTS[basename(id)] ?? [];
        let shorter = code;
        for (const { found, instead } of cuts) {
          if (!found.test(shorter)) throw new Error(`${id} has nothing like ${found.source}.`);
          // Of the same length, so that the source map stays right.
          shorter = shorter.replace(found, ({ length }) => instead.padEnd(length));
        }
        return { code: shorter, map: null };
      },
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
        // Constants stay on the right: code that is written alike gzips better. And no code here reads a
        // property for what that does, such as a layout.
        compress: { passes: 3, keep_fargs: false, lhs_constants: false, pure_getters: true },
        mangle: false,
        sourceMap: true,
      });
      return { code: shorter, map: map as string };
    },
  };
}
