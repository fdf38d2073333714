/** The tables about the element, from its manifest, which has them from declarations and comments. */
import type { ClassField, ClassMethod, Parameter } from 'custom-elements-manifest/schema.d.ts';
import { configuration, elementDeclaration } from '../../worker/build/manifest.ts';
import { shownType } from '../../worker/build/manifest-plugin.ts';
import { cell, table } from './markdown.ts';

const CONFIGURATION = await configuration();
const ELEMENT = await elementDeclaration();

/** By the name of their block in docs/reference/element.md. */
export const ELEMENT_TABLES = {
  attributes: attributesTable,
  properties: propertiesTable,
  methods: methodsTable,
  events: eventsTable,
  slots: () => describedTable('Slot', ELEMENT.slots),
  parts: () => describedTable('Part', ELEMENT.cssParts),
  states: () => describedTable('State', ELEMENT.cssStates),
  'custom-properties': () => describedTable('Custom property', ELEMENT.cssProperties),
} as const;

interface Described {
  readonly name: string;
  readonly description?: string;
}

function attributesTable(): string {
  const rows = CONFIGURATION.map((field) => [
    field.attribute === undefined ? '–' : code(field.attribute),
    code(field.name),
    typeOf(field),
    cell(field.description ?? '') +
      (field.default ? ` Default: ${field.default.replaceAll("'", '`')}.` : ''),
  ]);
  return table(['Attribute', 'Property', 'Type', 'Meaning'], rows);
}

/** What is not configuration: what a script reads, and the value and the engine. */
function propertiesTable(): string {
  const configured = new Set(CONFIGURATION.map(({ name }) => name));
  const fields = (ELEMENT.members ?? []).filter(
    (member): member is ClassField =>
      member.kind === 'field' && !member.static && !configured.has(member.name),
  );
  const rows = fields.map((field) => [
    code(field.name),
    typeOf(field),
    field.readonly ? 'yes' : '',
    cell(field.description ?? ''),
  ]);
  return table(['Property', 'Type', 'Read-only', 'Meaning'], rows);
}

function methodsTable(): string {
  const methods = (ELEMENT.members ?? []).filter(
    (member): member is ClassMethod => member.kind === 'method' && !member.static,
  );
  // One with several signatures is listed once for each of them, with the same description.
  const byName = new Map(methods.map((method) => [method.name, method]));
  const rows = [...byName.values()].map(
    ({ name, parameters = [], return: returned, description }) => [
      code(`${name}(${parameters.map(parameterOf).join(', ')})`),
      code(returned?.type?.text ?? 'void'),
      cell(description ?? ''),
    ],
  );
  return table(['Method', 'Returns', 'What it does'], rows);
}

function parameterOf({ name, optional }: Parameter): string {
  return optional ? `${name}?` : name;
}

function eventsTable(): string {
  const rows = (ELEMENT.events ?? []).map(({ name, type, description }) => [
    code(name),
    code(type.text),
    cell(description ?? ''),
  ]);
  return table(['Event', 'Type', 'When it is dispatched'], rows);
}

function describedTable(head: string, items: readonly Described[] = []): string {
  const rows = items.map(({ name, description }) => [code(name), cell(description ?? '')]);
  return table([head, 'Meaning'], rows);
}

function typeOf({ type }: Pick<ClassField, 'type'>): string {
  return code(type ? shownType(type.text) : 'unknown');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
