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

/** Lit's check for browsers that cannot adopt style sheets. */
const CAN_ADOPT =
  /\w+\.ShadowRoot&&\(void 0===\w+\.ShadyCSS\|\|\w+\.ShadyCSS\.nativeShadow\)&&"adoptedStyleSheets"in Document\.prototype&&"replace"in CSSStyleSheet\.prototype/;
/** Where polyfills of shadow roots would connect to Lit. */
const POLYFILL_SUPPORT = /\w+\.(?:reactiveElement|litHtml|litElement)PolyfillSupport/;

/**
 * Takes out of Lit what is only for browsers without shadow roots or `adoptedStyleSheets`. They lack
 * `ElementInternals` and custom states, too, so that the element cannot run in them:
 * https://developer.mozilla.org/en-US/docs/Web/API/CustomStateSet#browser_compatibility
 *
 * @throws Error if Lit is no longer written like that.
 */
export function leaveOutPolyfills(): Plugin {
  return {
    name: 'leave-out-polyfills',
    transform: {
      filter: { id: /(?:css-tag|lit-html|reactive-element|lit-element)\.js$/ },
      handler(code, id) {
        const isStyles = id.endsWith('css-tag.js');
        const shorter = code.replace(isStyles ? CAN_ADOPT : POLYFILL_SUPPORT, ({ length }) =>
          // Of the same length, so that the source map stays right.
          (isStyles ? 'true' : 'void 0').padEnd(length),
        );
        if (shorter === code) throw new Error(`${id} has no code for polyfills to leave out.`);
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
        // Constants stay on the right: code that is written alike gzips better.
        compress: { passes: 3, keep_fargs: false, lhs_constants: false },
        mangle: false,
        sourceMap: true,
      });
      return { code: shorter, map: map as string };
    },
  };
}
