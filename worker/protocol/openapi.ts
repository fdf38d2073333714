/**
 * The contract as an OpenAPI 3.1 document, made from the same schemas that validate requests. The
 * build writes it to a static asset, `/openapi.json`, so it is not part of the Worker.
 */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import * as answers from './answers.ts';
import { ResultSchema, VerifyingSchema } from './result.ts';
import { CHECKSUM_HEADERS } from './checksum.ts';
import { CHUNKED_OPERATIONS } from './chunks/openapi.ts';
import { PATHS } from './paths.ts';
import { PROBLEMS, ProblemSchema } from './problems.ts';
import * as requests from './schemas.ts';

const STATUS = { 200: 'OK', 201: 'Created' } as const;

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /**
   * Set for operations on one upload: whether they require the upload's token, or the token only
   * helps.
   */
  readonly token?: 'needed' | 'helps';
  readonly query?: GenericSchema;
  readonly body?: readonly [name: string, schema: GenericSchema];
  /** The request may also come without a body. */
  readonly mayLackBody?: true;
  /** Set if the body is a part of a file: its headers, of which the first is required. */
  readonly bytes?: readonly string[];
  /** The answer with status 202: the work is not done yet. */
  readonly accepted?: readonly [name: string, schema: GenericSchema];
  /** Set if the body may also be form-encoded, perhaps with an answer of its own (201). */
  readonly form?: {
    readonly body: readonly [name: string, schema: GenericSchema];
    readonly answer?: readonly [name: string, schema: GenericSchema];
  };
  /** Without it, the operation answers 204. */
  readonly answer?: readonly [name: string, schema: GenericSchema];
  /** Status of the answer, if it is not 200. */
  readonly status?: keyof typeof STATUS;
}

const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: PATHS.policy,
    id: 'getPolicy',
    summary: 'What this caller may upload',
    answer: ['Policy', answers.PolicySchema],
  },
  {
    method: 'post',
    path: PATHS.report,
    id: 'reportAnswer',
    summary: 'Report what the store answered to the page, for the log',
    body: ['ReportBody', requests.ReportBody],
    answer: ['ReportAnswer', answers.ReportAnswerSchema],
  },
  {
    method: 'post',
    path: PATHS.uploads,
    id: 'createUploads',
    summary:
      'Create many uploads; each is answered in its own slot, in the same order. Form-encoded: create one',
    body: ['CreateBody', requests.CreateBody],
    answer: ['CreateAnswer', answers.CreateAnswerSchema],
    form: {
      body: ['PlainCreateBody', requests.PlainCreateBody],
      answer: ['PlainCreated', answers.PlainCreatedSchema],
    },
  },
  {
    method: 'get',
    path: PATHS.uploads,
    id: 'listUploads',
    summary: 'The caller’s own uploads, the newest first',
    query: requests.ListQuery,
    answer: ['ListAnswer', answers.ListAnswerSchema],
  },
  {
    method: 'post',
    path: PATHS.completeMany,
    id: 'completeUploads',
    summary: 'Complete many uploads of one request each',
    body: ['CompleteManyBody', requests.CompleteManyBody],
    answer: ['CompleteManyAnswer', answers.CompleteManyAnswerSchema],
  },
  {
    method: 'post',
    path: PATHS.links,
    id: 'linkUploads',
    summary: 'Links to read many complete uploads',
    body: ['LinksBody', requests.LinksBody],
    answer: ['LinksAnswer', answers.LinksAnswerSchema],
  },
  {
    method: 'get',
    path: PATHS.upload('{id}'),
    id: 'getUpload',
    summary: 'State of an upload, and the parts that the store holds',
    token: 'helps',
    answer: ['UploadStatusAnswer', answers.StatusAnswerSchema],
  },
  {
    method: 'delete',
    path: PATHS.upload('{id}'),
    id: 'abortUpload',
    summary: 'Abort an upload; remove a complete one, where the policy lets',
    token: 'helps',
  },
  {
    method: 'post',
    path: PATHS.sign('{id}'),
    id: 'signParts',
    summary: 'Sign requests for a batch of parts',
    token: 'needed',
    body: ['SignBody', requests.SignBody],
    answer: ['SignAnswer', answers.SignAnswerSchema],
  },
  {
    method: 'post',
    path: PATHS.resume('{id}'),
    id: 'resumeUpload',
    summary: 'A fresh token for the owner, and the parts that the store holds',
    token: 'helps',
    answer: ['ResumeAnswer', answers.ResumeAnswerSchema],
  },
  {
    method: 'post',
    path: PATHS.complete('{id}'),
    id: 'completeUpload',
    summary: 'Finish an upload, once or many times',
    token: 'helps',
    body: ['CompleteBody', requests.CompleteBody],
    mayLackBody: true,
    form: { body: ['PlainCompleteBody', requests.PlainCompleteBody] },
    answer: ['Result', ResultSchema],
    accepted: ['Verifying', VerifyingSchema],
  },
  {
    method: 'put',
    path: PATHS.part('{id}', '{number}'),
    id: 'relayPart',
    summary: 'Send a part through the Worker, where the policy has `relay`',
    token: 'needed',
    bytes: ['Content-Length', 'Content-Range', ...Object.values(CHECKSUM_HEADERS)],
    answer: ['RelayAnswer', answers.RelayAnswerSchema],
  },
  {
    method: 'get',
    path: PATHS.file('{id}'),
    id: 'getFile',
    summary: 'A short-lived link to read: a redirect, or JSON where that is accepted',
    token: 'helps',
    query: requests.FileQuery,
    answer: ['FileAnswer', answers.FileAnswerSchema],
  },
];

const ALL: readonly Operation[] = [...OPERATIONS, ...CHUNKED_OPERATIONS];

/** The document. https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(version: string): object {
  const schemas: Record<string, object> = {
    Problem: schemaOf(ProblemSchema),
    FileEntry: schemaOf(requests.FileEntry),
  };
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of ALL) {
    for (const [name, schema] of [
      operation.body,
      operation.answer,
      operation.accepted,
      operation.form?.body,
      operation.form?.answer,
    ].filter((one) => !!one)) {
      schemas[name] = schemaOf(schema);
    }
    (paths[operation.path] ??= {})[operation.method] = describe(operation);
  }
  schemas['CreateBody'] = withFileEntries(schemas['CreateBody']);
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 's3-upload',
      version,
      description: 'Signs uploads from a browser straight into an S3 bucket.',
    },
    security: [{ bearer: [] }, { basic: [] }, {}],
    paths,
    components: {
      schemas,
      securitySchemes: Object.fromEntries(
        ['bearer', 'basic'].map((scheme) => [scheme, { type: 'http', scheme }]),
      ),
    },
  };
}

function describe({
  id,
  summary,
  path,
  token,
  query,
  body,
  mayLackBody,
  bytes = [],
  answer,
  accepted,
  status = 200,
  form,
}: Operation): object {
  return {
    operationId: id,
    summary,
    parameters: [
      ...(path.includes('{id}')
        ? [parameter('path', 'id', true, { type: 'string', format: 'uuid' })]
        : []),
      ...(path.includes('{number}')
        ? [parameter('path', 'number', true, { type: 'integer', minimum: 1 })]
        : []),
      ...(path.includes('{upload}') ? [parameter('path', 'upload', true, { type: 'string' })] : []),
      ...bytes.map((name, index) => parameter('header', name, index === 0, { type: 'string' })),
      ...(token
        ? [parameter('header', 'Upload-Token', token === 'needed', { type: 'string' })]
        : []),
      ...(query ? queryParameters(query) : []),
    ],
    ...(body && {
      requestBody: { required: !mayLackBody, content: bodies(body[0], form?.body[0]) },
    }),
    ...(bytes.length > 0 && { requestBody: { content: { 'application/octet-stream': {} } } }),
    responses: {
      ...(answer
        ? { [status]: { description: STATUS[status], content: json(answer[0]) } }
        : { 204: { description: 'Done' } }),
      ...(accepted && { 202: { description: 'Not done yet', content: json(accepted[0]) } }),
      ...(form?.answer && { 201: { description: 'Created', content: json(form.answer[0]) } }),
      ...(path.endsWith('/file') && { 302: { description: 'To the file' } }),
      default: {
        description: `A problem. Codes: ${Object.keys(PROBLEMS).join(', ')}.`,
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    },
  };
}

function queryParameters(query: GenericSchema): object[] {
  const { properties = {} } = schemaOf(query) as { properties?: Record<string, object> };
  return Object.entries(properties).map(([name, schema]) =>
    parameter('query', name, false, schema),
  );
}

function parameter(where: string, name: string, required: boolean, schema: object): object {
  return { in: where, name, required, schema };
}

function json(name: string): object {
  return { 'application/json': { schema: reference(name) } };
}

function bodies(name: string, form: string | undefined): object {
  return {
    ...json(name),
    ...(form !== undefined && {
      'application/x-www-form-urlencoded': { schema: reference(form) },
    }),
  };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

/** Each file is validated in its own slot, so the body's schema does not describe the files. */
function withFileEntries(body: object | undefined): object {
  const { properties, ...rest } = body as { properties: { files: object } };
  return { ...rest, properties: { files: { ...properties.files, items: reference('FileEntry') } } };
}

/** The schema of a value as it is sent, before any transformation. */
function schemaOf(schema: GenericSchema): object {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === 'safe_integer'
        ? { ...jsonSchema, type: 'integer', maximum: Number.MAX_SAFE_INTEGER }
        : undefined,
  });
  return json;
}
