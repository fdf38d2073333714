/**
 * custom-elements.json: what editors, Storybook and framework bindings read of the element, made
 * from its sources: https://github.com/webcomponents/custom-elements-manifest
 */
import { fileURLToPath } from 'node:url';
import type {
  Attribute,
  CustomElementDeclaration,
  CustomElementField,
  ClassMethod,
  Event,
  Package,
} from 'custom-elements-manifest/schema.d.ts';
import type { ESTree } from 'rolldown/utils';
import { classOf, describe, textOf, typesIn, type Doc, type Source } from './sources.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ELEMENT = 'widget/s3-upload.ts';
const EVENTS = 'widget/core/events.ts';
const TAG = 's3-upload';

/** Called by the browser, or by Lit, and by nobody else. */
const NOT_TO_BE_CALLED = /Callback$|^(constructor|requestUpdate|update|updated|willUpdate)$/;

/** The manifest of the package, as `dist` holds it. */
export function elementManifest(version: string): Package & { readonly version: string } {
  const declaration = elementDeclaration();
  const { name } = declaration;
  const path = `dist/${ELEMENT.replace('.ts', '.js')}`;
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
        path: 'dist/widget/index.js',
        declarations: [],
        exports: [
          { kind: 'js', name, declaration: reference },
          { kind: 'custom-element-definition', name: TAG, declaration: reference },
        ],
      },
    ],
  };
}

/** The element alone. */
export function elementDeclaration(): CustomElementDeclaration {
  const [element, ...bases] = chainOf(ELEMENT);
  if (!element) throw new Error(`${ELEMENT} holds no class.`);
  const { doc } = element;
  const fields = fieldsOf([element, ...bases]);
  const declared = (tag: string) => doc.tags.filter((one) => one.tag === tag);
  return {
    kind: 'class',
    customElement: true,
    tagName: TAG,
    name: element.node.id?.name ?? '',
    description: doc.text,
    superclass: { name: 'LitElement', package: 'lit' },
    attributes: fields.flatMap(attributeOf),
    members: [...fields, ...methodsOf([element, ...bases])],
    events: eventsOf(doc),
    slots: declared('slot').map(named),
    cssParts: declared('csspart').map(named),
    cssStates: declared('cssstate').map(named),
    cssProperties: declared('cssprop').map(named).map(withDefault),
  };
}

/** What a page can set: attributes, and the properties that have none. */
export function configuration(): CustomElementField[] {
  return fieldsOf([classOf(ROOT, 'widget/configured.ts')]);
}

/** The class of that file and those that it is made of, as far as they are ours. */
function chainOf(file: string): Source[] {
  const source = classOf(ROOT, file);
  return source.base ? [source, ...chainOf(source.base)] : [source];
}

/** What a page may use of the element: one entry for each name, those of the deepest base first. */
function membersOf(chain: readonly Source[]): Map<string, Member> {
  const members = new Map<string, Member>();
  const internal = new Set<string>();
  for (const source of [...chain].reverse()) {
    for (const node of source.node.body.body) {
      if (node.type !== 'PropertyDefinition' && node.type !== 'MethodDefinition') continue;
      const name = publicName(node);
      const doc = describe(source, node.start);
      if (name !== undefined && doc.isInternal) internal.add(name);
      if (name === undefined || internal.has(name)) continue;
      const known = members.get(name);
      const kind = node.type === 'MethodDefinition' ? node.kind : 'field';
      const isSecond = kind === 'set' && known !== undefined;
      members.set(name, {
        source,
        // A getter tells type and meaning for both.
        node: isSecond ? known.node : node,
        text: (isSecond && known.text) || doc.text || known?.text || '',
        byDefault: doc.byDefault,
        isWritten: known?.isWritten || kind !== 'get',
      });
    }
  }
  return members;
}

interface Member {
  readonly source: Source;
  readonly node: ESTree.PropertyDefinition | ESTree.MethodDefinition;
  readonly text: string;
  readonly byDefault: string | undefined;
  readonly isWritten: boolean;
}

function fieldsOf(chain: readonly Source[]): CustomElementField[] {
  const attributes = new Map(chain.flatMap((source) => [...attributesOf(source)]));
  return [...membersOf(chain)].flatMap(([name, member]) => {
    const { source, node, text, byDefault, isWritten } = member;
    if (node.type === 'MethodDefinition' && node.kind === 'method') return [];
    const annotation = 'kind' in node ? node.value.returnType : node.typeAnnotation;
    const { attribute, reflects } = attributes.get(name) ?? {};
    return [
      {
        kind: 'field',
        name,
        ...(annotation && { type: { text: textOf(source, annotation).slice(2) } }),
        ...(text && { description: text }),
        ...(byDefault !== undefined && { default: byDefault }),
        ...(attribute !== undefined && { attribute }),
        ...(reflects && { reflects }),
        ...(!isWritten && { readonly: true }),
      },
    ];
  });
}

function methodsOf(chain: readonly Source[]): ClassMethod[] {
  return [...membersOf(chain)].flatMap(([name, { source, node, text }]) => {
    if (node.type !== 'MethodDefinition' || node.kind !== 'method') return [];
    const { params, returnType } = node.value;
    const parameters = params.map((parameter) => {
      const [, word = '', optional = '', type = ''] =
        /^(\w+)(\??): ([^]+)$/.exec(textOf(source, parameter)) ?? [];
      return { name: word, type: { text: type }, ...(optional && { optional: true }) };
    });
    return [
      {
        kind: 'method',
        name,
        ...(text && { description: text }),
        parameters,
        ...(returnType && { return: { type: { text: textOf(source, returnType).slice(2) } } }),
      },
    ];
  });
}

interface Attributed {
  readonly attribute?: string;
  readonly reflects: boolean;
}

/** Of Lit's `static properties`: which have an attribute, and what it is called. */
function attributesOf(source: Source): Map<string, Attributed> {
  const found = new Map<string, Attributed>();
  for (const member of source.node.body.body) {
    if (member.type !== 'PropertyDefinition' || !member.static) continue;
    if (nameOf(member) !== 'properties' || member.value?.type !== 'ObjectExpression') continue;
    for (const property of member.value.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
      const { name } = property.key;
      const text = textOf(source, property.value);
      const reflects = /reflect/.test(text);
      // By a literal, `{attribute: 'max-size'}`, or by the helpers of attributes.ts that take it.
      const attribute = /attribute: '(.+?)'|Attribute\('(.+?)'\)/.exec(text);
      if (/attribute: false/.test(text)) found.set(name, { reflects });
      else found.set(name, { attribute: attribute?.[1] ?? attribute?.[2] ?? name, reflects });
    }
  }
  return found;
}

function attributeOf(field: CustomElementField): Attribute[] {
  const { attribute, name, type, description } = field;
  if (attribute === undefined) return [];
  const byDefault = field.default;
  return [
    {
      name: attribute,
      fieldName: name,
      ...(type && { type: { text: type.text.replace(' | undefined', '') } }),
      ...(description !== undefined && { description }),
      ...(byDefault !== undefined && { default: byDefault }),
    },
  ];
}

/** `@fires`, with the types that listeners are told. */
function eventsOf(doc: Doc): Event[] {
  const types = typesIn(ROOT, EVENTS, 'UploadEventMap');
  return doc.tags
    .filter(({ tag }) => tag === 'fires')
    .map(named)
    .map((event) => Object.assign(event, { type: { text: types.get(event.name) ?? 'Event' } }));
}

function named({ name, text }: Doc['tags'][number]): { name: string; description?: string } {
  return text ? { name, description: text } : { name };
}

/** “Corners of the zone. Default: `12px`.” */
function withDefault<T extends { description?: string }>(entry: T): T & { default?: string } {
  const byDefault = / Default: `(.+)`\.$/.exec(entry.description ?? '')?.[1];
  return byDefault === undefined ? entry : { ...entry, default: byDefault };
}

function publicName(member: ESTree.ClassElement): string | undefined {
  if (member.type !== 'PropertyDefinition' && member.type !== 'MethodDefinition') return undefined;
  if (member.static || (member.accessibility && member.accessibility !== 'public')) {
    return undefined;
  }
  const name = nameOf(member);
  return name !== undefined && !NOT_TO_BE_CALLED.test(name) ? name : undefined;
}

function nameOf(member: ESTree.PropertyDefinition | ESTree.MethodDefinition): string | undefined {
  return member.key.type === 'Identifier' ? member.key.name : undefined;
}
