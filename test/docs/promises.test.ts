/** The pages about the older systems: every row has its test or its reason, and every test exists. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INDEX, promisesPage, promisesPages, renewedPage, shownBy, SYSTEMS } from './promises.ts';

const rows = SYSTEMS.flatMap((system) => system.rows);
/** Rows of each system, as its own pages were counted. */
const COUNTS = [20, 21, 16, 31, 12];

describe('the rows of the older systems', () => {
  it('are complete, in order and numbered', () => {
    const expected = COUNTS.flatMap((count, system) =>
      Array.from({ length: count }, (_, index) => `s${system}.${index + 1}`),
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      expected,
    );
  });

  it('each have a test that shows them, or the reason why it is not so', () => {
    for (const { id, tests = [], reason = '', here } of rows) {
      assert.ok(here.length > 3, id);
      assert.ok(tests.length > 0 || reason.length > 20, `${id} has neither a test nor a reason`);
    }
  });

  it('name tests that exist, by a text that no other title of the file has', () => {
    const cited = rows.flatMap(({ tests = [] }) => tests);
    assert.ok(cited.length > 100, `${cited.length} citations`);
    for (const citation of [...cited, ...SYSTEMS.map(({ script }) => script)])
      assert.doesNotThrow(() => shownBy(citation));
  });

  it('cannot name a test that is gone', () => {
    assert.throws(() => shownBy(['worker/links.test.ts', 'a title that nobody gave']), /0 tests/);
    assert.throws(() => shownBy(['worker/links.test.ts', 'to many files']), /2 tests/);
    assert.throws(
      () => shownBy(['worker/chunked/refusals.test.ts', '${what}: ${status}', 'a case of none']),
      /has no case/,
    );
  });
});

describe('the pages about the older systems', () => {
  const pages = promisesPages();
  for (const [name, tables] of pages) {
    it(`docs/from/${name} has the tables that its rows make (npm run docs writes them)`, () => {
      assert.equal(promisesPage(name), renewedPage(name, tables));
    });
  }

  it('are all linked from the index', () => {
    const index = promisesPage(INDEX);
    for (const { page, url } of SYSTEMS) {
      assert.ok(index.includes(`](${page})`), page);
      assert.ok(promisesPage(page).includes(url), url);
    }
  });
});
