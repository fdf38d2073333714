/** What the analyzer does not do by itself for an element that is written as ours is. */
import type {
  Attribute,
  ClassMember,
  ClassMethod,
  CssCustomProperty,
  CustomElementDeclaration,
  CustomElementField,
  Event,
  Package,
} from 'custom-elements-manifest/schema.d.ts';

/** Lit's `elementProperties`, as far as they are read here. */
export type ReactiveProperties = ReadonlyMap<
  string,
  {
    readonly attribute?: boolean | string;
    readonly reflect?: boolean;
    readonly state?: boolean;
    readonly noAccessor?: boolean;
  }
>;

/** A node of TypeScript's syntax tree, as far as it is read here. */
interface Node {
  readonly name?: { getText(): string };
  readonly type?: { getText(): string };
  readonly members?: readonly Node[];
  readonly parameters?: readonly Node[];
  readonly questionToken?: object;
  readonly body?: object;
  readonly parent?: Node;
}

interface TypeScript {
  isClassDeclaration(node: Node): boolean;
  isClassElement(node: Node): boolean;
  isGetAccessor(node: Node): boolean;
  isInterfaceDeclaration(node: Node): boolean;
  isMethodDeclaration(node: Node): boolean;
  getJSDocTags(node: Node): readonly {
    readonly tagName: { readonly text: string };
    readonly comment?: unknown;
  }[];
  getTextOfJSDocComment(comment: unknown): string | undefined;
}

/** Called by the browser or by Lit, and by nobody else. */
const LIFECYCLE =
  /Callback$|^(constructor|firstUpdated|getUpdateComplete|render|requestUpdate|update|updated|willUpdate)$/;
const BASE = { name: 'LitElement', package: 'lit' };

/**
 * Completes the element's declaration: names its tag (from `HTMLElementTagNameMap`), its attributes
 * (from `properties`) and the classes of its events (from `UploadEventMap`), and leaves out what is
 * not for pages.
 */
export function s3UploadPlugin(properties: ReactiveProperties): object {
  /** `Class.member` of what the sources declare, and of what is `@internal`. */
  const declared = new Set<string>();
  const internal = new Set<string>();
  /** The descriptions of getters, which apply to their setters too. */
  const getters = new Map<string, string>();
  /** The signatures of each method; the one with a body is the last. */
  const signatures = new Map<string, Node[]>();
  const fired = new Set<string>();
  const eventClasses = new Map<string, string>();
  const tags = new Map<string, string>();

  return {
    name: 's3-upload',
    collectPhase({ ts, node }: { readonly ts: TypeScript; readonly node: Node }): void {
      if (ts.isInterfaceDeclaration(node)) {
        const name = node.name?.getText();
        for (const [key, type] of name === 'UploadEventMap' ? entriesOf(node) : []) {
          eventClasses.set(key, type);
        }
        for (const [key, type] of name === 'HTMLElementTagNameMap' ? entriesOf(node) : []) {
          tags.set(type, key);
        }
      } else if (ts.isClassDeclaration(node)) {
        for (const { tagName, comment } of ts.getJSDocTags(node)) {
          const [event] = (ts.getTextOfJSDocComment(comment) ?? '').split(' ');
          if (tagName.text === 'fires' && event) fired.add(event);
        }
      } else if (ts.isClassElement(node)) {
        const name = `${node.parent?.name?.getText()}.${node.name?.getText()}`;
        declared.add(name);
        if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')) {
          internal.add(name);
        }
        const description = ts.isGetAccessor(node) ? descriptionOf(node) : '';
        if (description) getters.set(name, description);
        if (ts.isMethodDeclaration(node)) {
          signatures.set(name, [...(signatures.get(name) ?? []), node]);
        }
      }
    },
    packageLinkPhase({ customElementsManifest }: { customElementsManifest: Package }): void {
      for (const declaration of customElementsManifest.modules.flatMap(
        (module) => (module.declarations ?? []) as CustomElementDeclaration[],
      )) {
        const tagName = tags.get(declaration.name);
        if (tagName !== undefined) complete(declaration, tagName);
      }
    },
  };

  function complete(declaration: CustomElementDeclaration, tagName: string): void {
    const { name, members: all = [], events = [], cssProperties = [] } = declaration;
    const classes = new Set(all.map(({ inheritedFrom }) => inheritedFrom?.name ?? name));
    const members = all
      .filter((member) => isForPages(member, name, classes))
      .map((member) => completeMember(member, name));
    Object.assign(declaration, {
      customElement: true,
      tagName,
      superclass: BASE,
      members,
      attributes: members.flatMap(attributeOf),
      events: events.filter((event) => fired.has(event.name)).map(typedEvent),
      cssProperties: cssProperties.map(withDefault),
    });
  }

  function isForPages(
    { kind, name, privacy = 'public', static: isStatic, inheritedFrom }: ClassMember,
    element: string,
    classes: ReadonlySet<string>,
  ): boolean {
    return (
      privacy === 'public' &&
      !(isStatic && kind === 'field') &&
      !LIFECYCLE.test(name) &&
      declared.has(`${inheritedFrom?.name ?? element}.${name}`) &&
      ![...classes].some((one) => internal.has(`${one}.${name}`))
    );
  }

  /** Without where it comes from: the modules of its base classes are not in the manifest. */
  function completeMember(member: ClassMember, element: string): ClassMember {
    const { inheritedFrom, privacy: _, ...own } = member;
    const key = `${inheritedFrom?.name ?? element}.${own.name}`;
    if (own.kind === 'method') return withSignatures(own, signatures.get(key) ?? []);
    const description = getters.get(key) ?? own.description;
    const property = properties.get(own.name);
    const attribute = property ? (property.attribute ?? true) : false;
    return {
      ...own,
      ...(description && { description }),
      ...(attribute !== false && {
        attribute: attribute === true ? own.name.toLowerCase() : attribute,
      }),
      ...(property?.reflect && { reflects: true }),
    };
  }

  /** Where it is dispatched is of no use outside either. */
  function typedEvent(event: Event): Event {
    const { inheritedFrom: _, ...own } = event;
    return { ...own, type: { text: eventClasses.get(event.name) ?? 'Event' } };
  }
}

/** An overloaded method, as its implementation takes all of its signatures. */
function withSignatures(method: ClassMethod, signatures: readonly Node[]): ClassMethod {
  const implementation = signatures.at(-1);
  if (!implementation || signatures.length < 2) return { parameters: [], ...method };
  return {
    ...method,
    description: signatures.map(descriptionOf).filter(Boolean).join(' '),
    parameters: (implementation.parameters ?? []).map(({ name, type, questionToken }) => ({
      name: name?.getText() ?? '',
      type: { text: type?.getText() ?? 'unknown' },
      ...(questionToken && { optional: true }),
    })),
    return: { type: { text: implementation.type?.getText() ?? 'unknown' } },
  };
}

/** Names and types of an interface's properties. */
function entriesOf({ members = [] }: Node): (readonly [name: string, type: string])[] {
  return members.map(({ name, type }) => [
    name?.getText().replaceAll("'", '') ?? '',
    type?.getText() ?? '',
  ]);
}

/** The text of the comment above a node, without its tags. */
function descriptionOf(node: Node): string {
  const { jsDoc = [] } = node as { readonly jsDoc?: readonly { readonly comment?: string }[] };
  return (jsDoc.at(-1)?.comment ?? '').replace(/\s+/g, ' ').trim();
}

function attributeOf(member: ClassMember): Attribute[] {
  const { attribute, name, type, description, default: byDefault } = member as CustomElementField;
  if (attribute === undefined) return [];
  return [
    {
      name: attribute,
      fieldName: name,
      ...(type && { type: { text: shownType(type.text) } }),
      ...(description !== undefined && { description }),
      ...(byDefault !== undefined && { default: byDefault }),
    },
  ];
}

/** “Corners of the zone. Default: `12px`.” */
function withDefault(property: CssCustomProperty): CssCustomProperty {
  const byDefault = / Default: `(.+)`\.$/.exec(property.description ?? '')?.[1];
  return byDefault === undefined ? property : { ...property, default: byDefault };
}

/** A type as editors and tables show it: on one line, and without the `undefined` of an optional property. */
export function shownType(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replace(/^\| /, '')
    .replace(/ \| undefined$/, '')
    .replace(/^\((\(\) => .*)\)$/, '$1');
}
