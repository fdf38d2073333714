/**
 * custom-elements.json: what editors, Storybook and framework bindings read about the element. It
 * follows https://github.com/webcomponents/custom-elements-manifest and is made from the sources'
 * comments and types by https://custom-elements-manifest.open-wc.org
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as analyzer from '@custom-elements-manifest/analyzer';
import type {
  CustomElementDeclaration,
  CustomElementField,
  Declaration,
  Package,
} from 'custom-elements-manifest/schema.d.ts';
import { s3UploadPlugin, type ReactiveProperties } from './manifest-plugin.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ELEMENT = 'widget/s3-upload.ts';
/** Registers the element when it is imported. */
const ENTRY = 'widget/index.ts';

/** The analyzer's program interface, which its own types leave out. */
interface Analyzer {
  readonly ts: {
    readonly ScriptTarget: { readonly ES2023: number };
    createSourceFile(name: string, text: string, target: number, setParents: boolean): object;
  };
  create(options: {
    readonly modules: readonly object[];
    readonly plugins: readonly object[];
  }): Package;
}

const { create, ts } = analyzer as unknown as Analyzer;

type CustomElement = CustomElementDeclaration & { readonly tagName: string };

/** The manifest of the package, as `dist` holds it. */
export async function elementManifest(
  version: string,
): Promise<Package & { readonly version: string }> {
  const declaration = await elementDeclaration();
  const { name, tagName } = declaration;
  const path = builtPath(ELEMENT);
  const reference = { name, module: path };
  return {
    schemaVersion: '2.1.0',
    version,
    readme: 'README.md',
    modules: [
      {
        kind: 'javascript-module',
        path,
        declarations: [declaration],
        exports: [{ kind: 'js', name, declaration: reference }],
      },
      {
        kind: 'javascript-module',
        path: builtPath(ENTRY),
        declarations: [],
        exports: [
          { kind: 'js', name, declaration: reference },
          { kind: 'custom-element-definition', name: tagName, declaration: reference },
        ],
      },
    ],
  };
}

/** The element alone. @throws Error if its module declares no custom element. */
export async function elementDeclaration(): Promise<CustomElement> {
  const properties = await reactiveProperties();
  const modules = readdirSync(join(ROOT, 'widget'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => sourceFile(join('widget', file).replaceAll('\\', '/')));
  const { modules: analyzed } = create({ modules, plugins: [s3UploadPlugin(properties)] });
  const declaration = analyzed
    .find(({ path }) => path === ELEMENT)
    ?.declarations?.find(isCustomElement);
  if (!declaration) throw new Error(`${ELEMENT} declares no custom element.`);
  return declaration;
}

/** What a page can set: attributes, and the properties that have none. */
export async function configuration(): Promise<readonly CustomElementField[]> {
  const [{ members = [] }, properties] = await Promise.all([
    elementDeclaration(),
    reactiveProperties(),
  ]);
  return [...properties.keys()].flatMap((name) =>
    members.filter((member): member is CustomElementField => member.name === name),
  );
}

/**
 * Which properties are reactive, what their attributes are called, and which are reflected: from
 * the class itself, however its `static properties` came about. Leaves out what is no setting: state,
 * and properties with accessors of their own.
 */
async function reactiveProperties(): Promise<ReactiveProperties> {
  const { S3UploadElement } = (await import(new URL(ELEMENT, `file://${ROOT}`).href)) as {
    S3UploadElement: {
      /** Reading it makes Lit collect the properties of the whole chain of classes. */
      readonly observedAttributes: readonly string[];
      readonly elementProperties: ReactiveProperties;
    };
  };
  void S3UploadElement.observedAttributes;
  const all = [...S3UploadElement.elementProperties];
  return new Map(all.filter(([, { state, noAccessor }]) => !state && !noAccessor));
}

function sourceFile(path: string): object {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

function builtPath(source: string): string {
  return `dist/${source.replace(/\.ts$/, '.js')}`;
}

function isCustomElement(declaration: Declaration): declaration is CustomElement {
  return 'tagName' in declaration;
}
