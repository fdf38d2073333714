import assert from 'node:assert/strict';
import { test } from 'node:test';
import { casesPage, citations, explained, renewedCases } from './cases.ts';

test('every case that a test or a comment cites is explained in docs/cases.md', () => {
  const known = new Set(explained(casesPage()));
  const cited = citations();
  assert.ok(cited.size > 50, 'no citations were found');
  const unknown = [...cited].filter(([number]) => !known.has(number));
  assert.deepEqual(unknown, []);
});

test('the cases are numbered from 1 without a gap or a repetition', () => {
  const numbers = explained(casesPage());
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
});

test('docs/cases.md names the tests of each case (npm run docs writes them)', () => {
  const page = casesPage();
  assert.equal(page, renewedCases(page));
});
