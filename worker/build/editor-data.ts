/** What editors complete and explain in HTML, made from the manifest. */
import type {
  Attribute,
  CustomElementDeclaration,
  CustomElementField,
} from 'custom-elements-manifest/schema.d.ts';

/** A custom element of a manifest. */
export type Element = CustomElementDeclaration & { readonly tagName: string };

/** The fields of package.json that editors are told. */
export interface PackageFields {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
}

/**
 * web-types.json, which the editors of JetBrains read because package.json names it:
 * https://github.com/JetBrains/web-types
 */
export function webTypes(
  elements: readonly Element[],
  { name, version, homepage }: PackageFields,
): object {
  const cssProperties = elements.flatMap((element) => element.cssProperties ?? []);
  const cssParts = elements.flatMap((element) => element.cssParts ?? []);
  const cssStates = elements.flatMap((element) => element.cssStates ?? []);
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name,
    version,
    'description-markup': 'markdown',
    contributions: {
      html: { elements: elements.map((element) => webTypesElement(element, homepage)) },
      css: {
        properties: unique(cssProperties).map(described),
        'pseudo-elements': unique(cssParts).map((part) => ({
          ...described(part),
          name: `part(${part.name})`,
        })),
        'pseudo-classes': unique(cssStates).map((state) => ({
          ...described(state),
          name: `state(${state.name})`,
        })),
      },
    },
  };
}

function webTypesElement(element: Element, homepage: string): object {
  const { tagName, description, attributes = [], members = [], events = [], slots = [] } = element;
  return {
    name: tagName,
    description,
    'doc-url': homepage,
    attributes: attributes.map((attribute) => ({
      ...described(attribute),
      value: {
        type: isBoolean(attribute) ? 'boolean' : 'string',
        required: !isBoolean(attribute),
      },
    })),
    slots: slots.map(described),
    js: {
      properties: members.filter(isField).map(({ type, readonly: isReadonly, ...field }) => ({
        ...described(field),
        type: type?.text,
        ...(isReadonly && { 'read-only': true }),
      })),
      events: events.map(({ type, ...event }) => ({ ...described(event), type: type.text })),
    },
  };
}

/** Of what several elements have, what the first one says. */
function unique<Item extends { readonly name: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.toReversed().map((item) => [item.name, item])).values()].toReversed();
}

/**
 * Custom data for HTML in VS Code, for its setting `html.customData`:
 * https://github.com/microsoft/vscode-custom-data
 */
export function htmlData(elements: readonly Element[], { homepage }: PackageFields): object {
  return {
    version: 1.1,
    tags: elements.map(
      ({ tagName, description = '', attributes = [], events = [], slots = [] }) => ({
        name: tagName,
        description: { kind: 'markdown', value: explained(description, { events, slots }) },
        attributes: attributes.map((attribute) => ({
          name: attribute.name,
          description: attribute.description,
          ...(isBoolean(attribute)
            ? { valueSet: 'v' }
            : { values: wordsOf(attribute).map((name) => ({ name })) }),
        })),
        references: [{ name: 'Documentation', url: homepage }],
      }),
    ),
  };
}

function described({
  name,
  description,
}: {
  readonly name: string;
  readonly description?: string;
}): object {
  return { name, description };
}

/** The description of the tag, with lists of what the format has no place for. */
function explained(
  description: string,
  lists: Readonly<
    Record<string, readonly { readonly name: string; readonly description?: string }[]>
  >,
): string {
  const present = Object.entries(lists).filter(([, items]) => items.length > 0);
  const sections = present.map(([title, items]) => {
    const lines = items.map(({ name, description: text }) => `- \`${name}\`: ${text}`);
    return `**${title[0]?.toUpperCase()}${title.slice(1)}**\n${lines.join('\n')}`;
  });
  return [description, ...sections].join('\n\n');
}

function isBoolean({ type }: Attribute): boolean {
  return type?.text === 'boolean';
}

/** The words of a type such as `'user' | 'environment'`. */
function wordsOf({ type }: Attribute): readonly string[] {
  return [...(type?.text ?? '').matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}

function isField(member: { readonly kind: string }): member is CustomElementField {
  return member.kind === 'field';
}
