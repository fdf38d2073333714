/** The OpenAPI document: it names every route, and what the Worker answers is what it says. */
import { ProblemSchema } from '../../worker/protocol/problems.ts';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as v from 'valibot';
import * as answers from '../../worker/protocol/answers.ts';
import { ResultSchema } from '../../worker/protocol/result.ts';
import { optionsFrom } from '../../worker/config.ts';
import { openApiDocument } from '../../worker/protocol/openapi.ts';
import { createSigner } from '../../worker/signer.ts';
import { MIB, SETTINGS, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, object>>;
  readonly components: { readonly schemas: Record<string, object> };
}

const document = openApiDocument('1.2.3') as Document;

describe('the OpenAPI document', () => {
  it('names every route of the contract, and no other', () => {
    const kv = { get: 0, put: 0, delete: 0, list: 0 };
    const env = {
      ...SETTINGS,
      S3_BUCKET: 'b',
      S3_ACCESS_KEY_ID: 'a',
      S3_SECRET_ACCESS_KEY: 's',
      UPLOADS: kv,
      RELAY: 'on',
    };
    const routes = createSigner(optionsFrom(env))
      .routes.filter(
        ({ method, path }) => method !== 'ALL' && path !== '/health' && !path.endsWith('/*'),
      )
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual([...new Set(routes)].sort(), described.sort());
  });

  it('refers to nothing that it does not hold', () => {
    assert.equal(document.openapi, '3.1.1');
    const references = JSON.stringify(document).matchAll(
      /"\$ref":"#\/components\/schemas\/(\w+)"/g,
    );
    const names = new Set([...references].map((match) => match[1] ?? ''));
    assert.ok(names.size > 10);
    for (const name of names) assert.ok(document.components.schemas[name], name);
  });

  it('has the limits that requests are checked by', () => {
    const { CreateBody, FileEntry, SignBody } = document.components.schemas;
    assert.match(JSON.stringify(CreateBody), /"maxItems":100/);
    assert.match(JSON.stringify(CreateBody), /FileEntry/);
    assert.match(JSON.stringify(SignBody), /"maxItems":500/);
    assert.match(JSON.stringify(FileEntry), /"additionalProperties":false/);
    assert.match(JSON.stringify(FileEntry), /"type":"integer"/);
  });
});

describe('an answer', () => {
  let store: { running: Running; stop: () => Promise<void> };
  let lab: Lab;
  let alice: Client;
  before(async () => {
    store = await localR2.start();
    lab = await startLab(store.running, { RELAY: 'on' });
    alice = await lab.as('alice');
  });
  after(async () => {
    await lab.stop();
    await store.stop();
  });

  const holds = (schema: v.GenericSchema, value: unknown) => {
    const { issues } = v.safeParse(schema, value);
    assert.deepEqual(
      issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`),
      undefined,
    );
  };

  it('of each route is what the document says, to the last field', async () => {
    holds(answers.PolicySchema, (await alice.get('/policy')).body);
    const body = random(6 * MIB);
    const files = [
      { id: randomUUID(), name: 'x', bytes: body.length, type: '' },
      { id: randomUUID(), name: 'x', bytes: -1, type: '' },
    ];
    holds(answers.CreateAnswerSchema, (await alice.post('/uploads', { files })).body);
    const upload = await alice.create({ bytes: body.length });
    holds(answers.SignAnswerSchema, (await alice.sign(upload, body, [1, 2])).body);
    const parts = await alice.sendParts(upload, body);
    await alice.sign(upload, body, [1], { stored: parts });
    const path = `/uploads/${upload.id}`;
    holds(answers.ResumeAnswerSchema, (await alice.post(`${path}/resume`)).body);
    holds(answers.StatusAnswerSchema, (await alice.get(path)).body);
    holds(ResultSchema, (await alice.complete(upload, { parts })).body);
    holds(answers.StatusAnswerSchema, (await alice.get(path, tokenOf(upload))).body);
    holds(answers.ListAnswerSchema, (await alice.get('/uploads')).body);
    const json = { accept: 'application/json' };
    holds(answers.FileAnswerSchema, (await alice.get(`${path}/file`, json)).body);

    const single = await alice.create({ bytes: 3 });
    await alice.sendParts(single, random(3));
    const empty = await alice.create({ bytes: 4 });
    const { body: completed } = await alice.post('/uploads/complete', {
      uploads: [single, empty].map(({ id, token }) => ({ id, token })),
    });
    holds(answers.CompleteManyAnswerSchema, completed);
    for (const problem of [
      await alice.get('/nowhere'),
      await alice.get('/uploads?limit=x'),
      await alice.delete(path),
      await lab.with({}).get('/policy'),
    ]) {
      holds(ProblemSchema, problem.body);
    }
  });

  it('of /chunks has a status that the document names', async () => {
    const statusesOf = (method: string, path: string) => {
      const operation = document.paths[path]?.[method] as { responses?: object } | undefined;
      return Object.keys(operation?.responses ?? {});
    };
    const text = { 'content-type': 'text/plain' };
    const sent = await alice.call('PUT', '/chunks?filename=whole.txt', 'whole', text);
    assert.ok(statusesOf('put', '/chunks').includes(String(sent.status)), `${sent.status}`);
    const begun = await alice.post<{ url: string }>('/chunks', { name: 'x', bytes: 0 });
    assert.ok(statusesOf('post', '/chunks').includes(String(begun.status)), `${begun.status}`);
    const { pathname } = new URL(begun.body.url);
    const read = await alice.get(pathname);
    assert.ok(statusesOf('get', '/chunks/{upload}').includes(String(read.status)));
    const finished = await alice.post(pathname);
    assert.ok(statusesOf('post', '/chunks/{upload}').includes(String(finished.status)));
  });

  it('comes without a body exactly where the document does not require one', async () => {
    const { id, token } = await alice.create({ bytes: 3 });
    const { body: chunked } = await alice.post<{ url: string }>('/chunks', { name: 'x', bytes: 3 });
    const urlToken = new URL(chunked.url).pathname.split('/').at(-1) ?? '';
    for (const [path, { post }] of Object.entries(document.paths)) {
      const { requestBody } = (post ?? {}) as { requestBody?: { required: boolean } };
      if (!requestBody) continue;
      const real = path.replace('{id}', id).replace('{upload}', urlToken);
      const { problem } = await alice.post(real, undefined, tokenOf({ token }));
      const isMissed = problem.detail === 'The body must be sent as application/json.';
      assert.equal(requestBody.required, isMissed, `${path}: ${JSON.stringify(problem)}`);
    }
  });
});
