/** The table of features: every answer has its test or its reason, and every test exists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresPage, renewedFeatures } from './features.ts';
import { FEATURES } from './features/rows.ts';
import { shownBy } from './promises.ts';

test('docs/features.md has the table that its rows make (npm run docs writes it)', () => {
  assert.equal(featuresPage(), renewedFeatures());
});

test('all 78 features have an answer: a yes names tests, and any other says what is missing', () => {
  assert.equal(FEATURES.length, 78);
  assert.equal(new Set(FEATURES.map(({ feature }) => feature)).size, 78);
  const unproven = FEATURES.filter(({ answer, tests = [], note = '' }) =>
    answer === 'yes' ? tests.length === 0 : note.length < 20,
  );
  assert.deepEqual(
    unproven.map(({ feature }) => feature),
    [],
  );
});

test('the table cannot be made with a test that is gone', () => {
  const [first, ...others] = FEATURES;
  assert.ok(first);
  const tests = [['widget/element/intake.test.ts', 'a title that nobody gave']] as const;
  assert.throws(() => renewedFeatures([{ ...first, tests }, ...others]), /0 tests/);
  assert.doesNotThrow(() => FEATURES.flatMap(({ tests = [] }) => tests).map(shownBy));
});
