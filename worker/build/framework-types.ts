/**
 * Types with which the compilers of frameworks check `<s3-upload>` and its pieces in templates, made
 * from the manifest. Each is a module of its own, because each adds to the types of a package that a
 * project with another framework does not have.
 */
import type { Element } from './editor-data.ts';

/** A module of types; the names of the package’s exports, such as `s3-upload-element/vue`. */
export type Framework = 'react' | 'vue' | 'svelte' | 'solid';

/** The text of each module of types, by its name. */
export function frameworkTypes(elements: readonly Element[]): Readonly<Record<Framework, string>> {
  const own = new Map(elements.flatMap(ownEvents).map((event) => [event.name, event]));
  const listeners = (nameOf: (event: string) => string): string =>
    [...own.values()]
      .map(
        ({ name, type, description }) =>
          `  /** ${description} */\n  '${nameOf(name)}'?: (event: ${type.text}) => void;`,
      )
      .join('\n');
  const entries = (entryOf: (entry: Entry) => string): string =>
    elements.map((element) => entryOf(entryFor(element))).join('\n');
  const props =
    `import type {\n` +
    elements
      .flatMap(({ name }) => [`  ${name},`, `  ${propsOf(name)},`])
      .sort()
      .join('\n') +
    `\n} from '../widget/jsx.js';\n`;
  const classes = [...own.values()].map(({ type }) => type.text);
  const imports = `import type { ${classes.join(', ')} } from '../widget/index.js';\n${props}`;
  return {
    react: `${props}
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${entries(({ tag, name, props }) => `      '${tag}': DetailedHTMLProps<HTMLAttributes<${name}>, ${name}> & ${props};`)}
    }
  }
}
`,
    vue: `${imports}
interface Listeners {
${listeners((event) => `on${event.split('-').map(capitalized).join('')}`)}
}

interface FormListeners<Target> {
  onInput?: (event: Event & { readonly target: Target }) => void;
  onChange?: (event: Event & { readonly target: Target }) => void;
}

declare module 'vue' {
  interface GlobalComponents {
${entries(({ tag, name, props, hasEvents }) => `    '${tag}': new () => { $props: ${props}${hasEvents ? ` & Listeners & FormListeners<${name}>` : ''} };`)}
  }
}
`,
    svelte: `${imports}
interface Listeners {
${listeners((event) => `on:${event}`)}
}

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
${entries(({ tag, name, props, hasEvents }) => `    '${tag}': Omit<HTMLAttributes<${name}>, keyof ${props}> & ${props}${hasEvents ? ' & Listeners' : ''};`)}
  }
}
`,
    solid: `${imports}
interface Listeners {
${listeners((event) => `on:${event}`)}
}

type Prefixed<Prefix extends string, Props> = {
  [Name in keyof Props & string as \`\${Prefix}:\${Name}\`]?: Props[Name];
};

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
${entries(({ tag, name, props, hasEvents }) => `      '${tag}': Omit<HTMLAttributes<${name}>, keyof ${props}> &\n        ${props} &${hasEvents ? '\n        Listeners &' : ''}\n        Prefixed<'prop', ${props}> &\n        Prefixed<'attr', ${props}>;`)}
    }
  }
}
`,
  };
}

/** What a module says of one element. */
interface Entry {
  readonly tag: string;
  readonly name: string;
  readonly props: string;
  readonly hasEvents: boolean;
}

function entryFor(element: Element): Entry {
  const { tagName: tag, name } = element;
  return { tag, name, props: propsOf(name), hasEvents: ownEvents(element).length > 0 };
}

/** `S3UploadZoneElement` takes `S3UploadZoneProps`; see `widget/jsx.ts`. */
function propsOf(name: string): string {
  return name.replace(/Element$/, 'Props');
}

/** Not those that every form control has. */
function ownEvents({ events = [] }: Element) {
  return events.filter(({ type }) => type.text !== 'Event');
}

function capitalized(word: string): string {
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}
