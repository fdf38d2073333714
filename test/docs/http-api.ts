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
import { commentOf } from './field-comments.ts';
import { fieldsOf, shapeOf, type Schema } from './shapes.ts';

const PAGE = new URL('../../docs/http-api.md', import.meta.url);
const BLOCK = /(<!-- api -->\n)[^]*(<!-- \/api -->)/;

const WHOLE = 'Checksum of the whole file, in hex or base64.';
const PART = 'Checksum of the part, in base64.';
/** Fields that mean the same wherever they are, unless a comment says more. */
const FIELDS: Readonly<Record<string, string>> = {
  id: 'Id of the upload.',
  key: 'Key of the object in the bucket.',
  name: 'Name of the file.',
  bytes: 'Size in bytes.',
  type: 'Media type; may be empty.',
  etag: 'ETag, as the store has answered.',
  state: 'State of the upload.',
  plan: 'How the file is divided.',
  parts: 'The parts that the store holds.',
  number: 'Number of the part, from 1 on.',
  checksum: 'Checksum, in base64.',
  result: 'The completed upload.',
  problem: 'Why this one was refused.',
  url: 'Address.',
  method: 'Method of the request.',
  createdAt: 'When it was created.',
  completedAt: 'When it was completed.',
  metadata: 'Metadata of the object, among those that the setting METADATA allows.',
  cursor: 'Where the page begins: `cursor` of the answer before. Without it, the first page.',
  disposition: 'Whether browsers show the file or save it.',
  limit: 'Rows of a page, 1 to 100; 50 by default.',
  title: 'What the code means.',
  status: 'Status of the answer; in a batch, the status that this entry would have alone.',
  detail: 'What is wrong here, and what to do.',
  code: 'What programs decide by.',
  algorithm: 'Algorithm of the checksum.',
  value: 'Value of the checksum.',
  maxBytes: 'Largest size of a file.',
  minBytes: 'Smallest size of a file.',
  singleMaxBytes: 'Files up to this size are sent in one request.',
  minPartBytes: 'Smallest size of a part.',
  maxPartBytes: 'Largest size of a part, unless the file would have too many.',
  maxParts: 'Largest number of parts.',
  batch: 'How many entries one call takes.',
  create: 'Files of a Create.',
  sign: 'Parts of a signing call.',
  complete: 'Uploads of a Complete of many.',
  files: 'The files, each answered in its own slot.',
  uploads: 'The uploads.',
  kind: 'One request, or several parts.',
  partBytes: 'Size of each part but the last.',
  path: 'Where the file was in the folder that its user chose.',
  acl: 'One of the ACLs that the policy allows; without it, the first of them.',
  token: 'The upload’s token, for the header `Upload-Token`.',
  ids: 'Ids of the uploads.',
  links: 'A link for each id, in their order.',
  expiresAt: 'When the upload expires.',
  requests: 'Signed requests to the store, to be sent unchanged.',
  md5: WHOLE,
  sha1: WHOLE,
  sha256: WHOLE,
  crc32: WHOLE,
  crc32c: WHOLE,
  crc64nvme: WHOLE,
};

const PARAMETERS: Readonly<Record<string, string>> = {
  number: 'Number of the part, from 1 on.',
  upload: 'From the `url` of an answer: the upload’s token.',
  'Upload-Token': 'The upload’s token.',
  'Content-Range': 'Where the bytes belong: `bytes FIRST-LAST/SIZE`.',
  'Content-Length': 'Number of bytes.',
  'Content-Disposition': 'Name of the file.',
  'x-amz-checksum-crc64nvme': PART,
  'x-amz-checksum-crc32c': PART,
  'x-amz-checksum-sha256': PART,
  'content-md5': PART,
  'Upload-Offset': 'Where the bytes begin.',
  'Upload-Complete':
    '`?1` if these are the last bytes, otherwise `?0`. Resumable Uploads for HTTP.',
  'Upload-Length': 'Size of the file.',
  'Tus-Resumable': '`1.0.0`. tus.',
};

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
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
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

/** Everything on the page that has a column for its meaning, and none in it. */
export function unexplained(page: string): readonly string[] {
  return page.split('\n').filter((line) => /^\| `[^|]+\|(?:[^|]+\|){2,3} +\|$/.test(line));
}

function routeOf(method: string, path: string, operation: Operation): string {
  const { summary, parameters, requestBody, responses } = operation;
  const names = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name));
  const rows = parameters.map(({ in: where, name, required, schema }) => [
    `\`${name}\``,
    where,
    shapeOf(schema, components.schemas),
    required ? 'yes' : '',
    PARAMETERS[name] ?? meaningOf(name, names),
  ]);
  const bodyTitle = requestBody?.required === false ? 'Body, if any' : 'Body';
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) =>
      `- ${bodyTitle}, \`${type}\`: ${schema ? linkOf(schema.$ref) : 'bytes of the file'}`,
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
    ...(rows.length > 0
      ? [table(['Parameter', 'In', 'Type', 'Required', 'Meaning'], rows.map(cells))]
      : []),
    `${[...bodies, ...answers].join('\n')}\n`,
  ].join('\n');
}

function schemaOf(name: string, schema: Schema): string {
  const rows = fieldsOf(schema, components.schemas, meaningOf).map(
    ({ path, shape, required, meaning }) => [`\`${path}\``, shape, required, meaning],
  );
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

function meaningOf(name: string, siblings: ReadonlySet<string>): string {
  return commentOf(name, siblings) || (FIELDS[name] ?? '');
}

function cells(row: readonly string[]): readonly string[] {
  return row.map(cell);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, renewedApi(apiPage()));
