/**
 * docs/http-api.md, made from the OpenAPI document: every route with its parameters, bodies and
 * answers, field by field. `npm run docs` writes it; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../../worker/protocol/openapi.ts';
import { PROBLEMS } from '../../worker/protocol/problems.ts';
import { cell, table } from './markdown.ts';
import { fieldsOf, shapeOf, type Schema } from './shapes.ts';

const PAGE = new URL('../../docs/http-api.md', import.meta.url);
const BLOCK = /(<!-- api -->\n)[^]*(<!-- \/api -->)/;

interface Content {
  readonly [type: string]: { readonly schema?: { readonly $ref: string } };
}

interface Operation {
  readonly summary: string;
  readonly parameters: readonly {
    readonly in: string;
    readonly name: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { description: string; content?: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const { paths, components } = openApiDocument('') as Document;

/** Method and path of every route that the page describes. */
export const ROUTES = Object.entries(paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

export function apiPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with the routes that the contract has now. */
export function renewedApi(page: string): string {
  if (!BLOCK.test(page)) throw new Error('docs/http-api.md has no <!-- api --> block');
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => routeOf(method, path, operation)),
  );
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    schemaOf(name, schema),
  );
  const text = [
    '## Routes\n',
    ...routes,
    '## Bodies and answers\n',
    ...schemas,
    '## Codes of problems\n',
    problemsTable(),
  ].join('\n');
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}\n${text}\n${close}`);
}

function routeOf(method: string, path: string, operation: Operation): string {
  const { summary, parameters, requestBody, responses } = operation;
  const rows = parameters.map(({ in: where, name, required, schema }) => [
    `\`${name}\``,
    where,
    shapeOf(schema, components.schemas),
    required ? 'yes' : '',
  ]);
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) =>
      `- Body, \`${type}\`: ${schema ? linkOf(schema.$ref) : 'bytes of the file'}`,
  );
  const answers = Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description, content = {} }]) => {
      const [answer] = Object.values(content);
      return `- ${status}: ${answer?.schema ? linkOf(answer.schema.$ref) : description.toLowerCase()}`;
    });
  return [
    `### ${method.toUpperCase()} ${path}\n`,
    `${summary}.\n`,
    ...(rows.length > 0 ? [table(['Parameter', 'In', 'Type', 'Required'], rows.map(cells))] : []),
    `${[...bodies, ...answers].join('\n')}\n`,
  ].join('\n');
}

function schemaOf(name: string, schema: Schema): string {
  const rows = fieldsOf(schema, components.schemas).map(({ path, shape, required, meaning }) => [
    `\`${path}\``,
    shape,
    required,
    meaning,
  ]);
  return `### ${name}\n\n${table(['Field', 'Type', 'Required', 'Meaning'], rows.map(cells))}`;
}

function problemsTable(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
  ]);
  return table(['Code', 'Status', 'Title'], rows);
}

function linkOf(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return `[${name}](#${name.toLowerCase()})`;
}

function cells(row: readonly string[]): readonly string[] {
  return row.map(cell);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, renewedApi(apiPage()));
