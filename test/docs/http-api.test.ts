/** docs/http-api.md: what the OpenAPI document says, for people. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiPage, renewedApi, ROUTES, unexplained } from './http-api.ts';
import { fieldsOf, shapeOf } from './shapes.ts';

describe('the page about the HTTP API', () => {
  const page = apiPage();

  it('is the one that the OpenAPI document makes (npm run docs writes it)', () => {
    assert.equal(page, renewedApi(page));
  });

  it('has a heading for each route', () => {
    const headings = new Set(page.split('\n').filter((line) => line.startsWith('### ')));
    assert.ok(ROUTES.length > 20, `${ROUTES.length} routes`);
    for (const route of ROUTES) assert.ok(headings.has(`### ${route}`), route);
  });

  it('says what each parameter and field means', () => {
    assert.deepEqual(unexplained(page), []);
    assert.ok(unexplained(page.replaceAll('| Size in bytes. |', '|  |')).length > 5);
  });

  it('leads to a heading by each of its own links', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title.toLowerCase().replaceAll(' ', '-'),
      ),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    assert.ok(links.length > 20, `${links.length} links`);
    for (const link of links) assert.ok(anchors.has(link), link);
  });
});

describe('a schema in words', () => {
  const id = { type: 'string', pattern: '^[0-9a-f]{8}-' };
  const named = { Problem: { type: 'object', properties: { code: { type: 'string' } } } };

  it('says the type of a value, and its bounds', () => {
    const shapes = [
      [id, 'UUID'],
      [{ type: 'integer', minimum: 1, maximum: 10 }, 'integer, 1 to 10'],
      [{ type: 'string', maxLength: 255 }, 'string, at most 255 characters'],
      [{ enum: ['a', 'b'] }, '`a`, `b`'],
      [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer or null'],
      [{ type: 'array', items: id, maxItems: 8 }, 'array of UUID, at most 8 entries'],
      [named.Problem, '[Problem](#problem)'],
      [{}, 'any JSON'],
    ] as const;
    for (const [schema, expected] of shapes) assert.equal(shapeOf(schema, named), expected);
  });

  it('lists the fields of nested objects, and which variant needs them', () => {
    const accepted = { type: 'object', properties: { id, token: id }, required: ['id', 'token'] };
    const refused = {
      type: 'object',
      properties: { id, problem: named.Problem },
      required: ['id', 'problem'],
    };
    const schema = {
      type: 'object',
      properties: { uploads: { type: 'array', items: { anyOf: [accepted, refused] } } },
      required: ['uploads'],
    };
    const fields = fieldsOf(schema, named).map(({ path, required }) => [path, required]);
    assert.deepEqual(fields, [
      ['uploads', 'yes'],
      ['uploads[].id', 'yes'],
      ['uploads[].token', 'if accepted'],
      ['uploads[].problem', 'if refused'],
    ]);
  });
});
