/**
 * Types with which the compilers of frameworks check `<s3-upload>` in templates, made from the
 * manifest. Each is a module of its own, because each adds to the types of a package that a project
 * with another framework does not have.
 */
import type { Element } from './editor-data.ts';

/** A module of types; the names of the package’s exports, such as `s3-upload-element/vue`. */
export type Framework = 'react' | 'vue' | 'svelte' | 'solid';

/** The text of each module of types, by its name. */
export function frameworkTypes(element: Element): Readonly<Record<Framework, string>> {
  const { tagName, name, events = [] } = element;
  const own = events.filter(({ type }) => type.text !== 'Event');
  const classes = own.map(({ type }) => type.text);
  const listeners = (nameOf: (event: string) => string): string =>
    own
      .map(
        ({ name: event, type, description }) =>
          `  /** ${description} */\n  '${nameOf(event)}'?: (event: ${type.text}) => void;`,
      )
      .join('\n');
  const imports =
    `import type { ${classes.join(', ')} } from '../widget/index.js';\n` +
    `import type { ${name}, S3UploadProps } from '../widget/jsx.js';\n`;
  return {
    react: `import type { ${name}, S3UploadProps } from '../widget/jsx.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      '${tagName}': DetailedHTMLProps<HTMLAttributes<${name}>, ${name}> & S3UploadProps;
    }
  }
}
`,
    vue: `${imports}
interface Listeners {
${listeners((event) => `on${event.split('-').map(capitalized).join('')}`)}
  onInput?: (event: Event & { readonly target: ${name} }) => void;
  onChange?: (event: Event & { readonly target: ${name} }) => void;
}

declare module 'vue' {
  interface GlobalComponents {
    '${tagName}': new () => { $props: S3UploadProps & Listeners };
  }
}
`,
    svelte: `${imports}
interface Listeners {
${listeners((event) => `on:${event}`)}
}

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    '${tagName}': Omit<HTMLAttributes<${name}>, keyof S3UploadProps> & S3UploadProps & Listeners;
  }
}
`,
    solid: `${imports}
interface Listeners {
${listeners((event) => `on:${event}`)}
}

type Prefixed<Prefix extends string> = {
  [Name in keyof S3UploadProps & string as \`\${Prefix}:\${Name}\`]?: S3UploadProps[Name];
};

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      '${tagName}': Omit<HTMLAttributes<${name}>, keyof S3UploadProps> &
        S3UploadProps &
        Listeners &
        Prefixed<'prop'> &
        Prefixed<'attr'>;
    }
  }
}
`,
  };
}

function capitalized(word: string): string {
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}
