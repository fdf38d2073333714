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
  Export,
  Module,
  Package,
} from 'custom-elements-manifest/schema.d.ts';
import { s3UploadPlugin, type ReactiveProperties } from './manifest-plugin.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ELEMENT = 'widget/s3-upload.ts';
/** Registers the element when it is imported. */
const ENTRY = 'widget/index.ts';
/** The button, the zone and the list on their own, each without registering it. */
const PIECES = ['button', 'zone', 'list'].map((name) => `widget/pieces/${name}.ts`);
/** Registers the pieces when it is imported. */
const PIECES_ENTRY = 'widget/pieces/index.ts';

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
type Declarations = ReadonlyMap<string, CustomElement>;
type PropertyOf = ReactiveProperties extends ReadonlyMap<string, infer Property> ? Property : never;

/** A class of Lit's, as far as it is read here. */
interface ReactiveClass {
  /** Reading it makes Lit collect the properties of the whole chain of classes. */
  readonly observedAttributes: readonly string[];
  readonly elementProperties: ReactiveProperties;
}

/** The manifest of the package, as `dist` holds it. */
export async function elementManifest(
  version: string,
): Promise<Package & { readonly version: string }> {
  const declarations = await declarationsByModule();
  return {
    schemaVersion: '2.1.0',
    version,
    readme: 'README.md',
    modules: [
      ...[ELEMENT, ...PIECES].map((source) =>
        classModule(source, declarationIn(declarations, source)),
      ),
      definingModule(ENTRY, [ELEMENT], declarations),
      definingModule(PIECES_ENTRY, PIECES, declarations),
    ],
  };
}

function classModule(source: string, declaration: CustomElement): Module {
  const { name } = declaration;
  const path = builtPath(source);
  const exports = [{ kind: 'js' as const, name, declaration: { name, module: path } }];
  return { kind: 'javascript-module', path, declarations: [declaration], exports };
}

/** A module that exports these classes and registers them. */
function definingModule(
  entry: string,
  sources: readonly string[],
  declarations: Declarations,
): Module {
  const exports = sources.flatMap((source): Export[] => {
    const { name, tagName } = declarationIn(declarations, source);
    const declaration = { name, module: builtPath(source) };
    return [
      { kind: 'js', name, declaration },
      { kind: 'custom-element-definition', name: tagName, declaration },
    ];
  });
  return { kind: 'javascript-module', path: builtPath(entry), declarations: [], exports };
}

/** The element alone. @throws Error if its module declares no custom element. */
export async function elementDeclaration(): Promise<CustomElement> {
  return declarationIn(await declarationsByModule(), ELEMENT);
}

/** The element and its pieces. @throws Error if a module declares no custom element. */
export async function elementDeclarations(): Promise<readonly CustomElement[]> {
  const declarations = await declarationsByModule();
  return [ELEMENT, ...PIECES].map((source) => declarationIn(declarations, source));
}

/** The element and its pieces, by their modules. */
async function declarationsByModule(): Promise<Declarations> {
  const properties = new Map<string, PropertyOf>();
  for (const source of [ELEMENT, ...PIECES]) {
    for (const [name, property] of await reactiveProperties(source)) properties.set(name, property);
  }
  const modules = readdirSync(join(ROOT, 'widget'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => sourceFile(join('widget', file).replaceAll('\\', '/')));
  const { modules: analyzed } = create({ modules, plugins: [s3UploadPlugin(properties)] });
  return new Map(
    analyzed.flatMap(({ path, declarations = [] }) => {
      const declaration = declarations.find(isCustomElement);
      return declaration ? [[path, declaration] as const] : [];
    }),
  );
}

function declarationIn(declarations: Declarations, source: string): CustomElement {
  const declaration = declarations.get(source);
  if (!declaration) throw new Error(`${source} declares no custom element.`);
  return declaration;
}

/** What a page can set: attributes, and the properties that have none. */
export async function configuration(): Promise<readonly CustomElementField[]> {
  const [{ members = [] }, properties] = await Promise.all([
    elementDeclaration(),
    reactiveProperties(ELEMENT),
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
async function reactiveProperties(source: string): Promise<ReactiveProperties> {
  const exported = (await import(new URL(source, `file://${ROOT}`).href)) as Readonly<
    Record<string, Partial<ReactiveClass>>
  >;
  const { elementProperties } = Object.values(exported).find((one) => one.observedAttributes) ?? {};
  const all = [...(elementProperties ?? [])];
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
