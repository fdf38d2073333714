/** The compatibility table: it follows from the results, and is complete. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { readResults } from '../stores/results.ts';
import { ROWS } from '../stores/rows.ts';
import { STORES } from '../stores/stores.ts';
import { compatibilityPage, renewedCompatibility } from '../stores/table.ts';

test('docs/compatibility.md has the tables that the results make (npm run docs writes them)', () => {
  assert.equal(compatibilityPage(), renewedCompatibility());
});

test('docs/compatibility.md names every row and every store of the suite', () => {
  const lines = compatibilityPage().split('\n');
  const head = lines.find((line) => line.startsWith('| Behaviour | ')) ?? '';
  for (const { name } of STORES)
    assert.ok(
      head.split(' | ').some((one) => one.includes(name)),
      name,
    );
  assert.ok(ROWS.length > 20);
  for (const { behaviour } of ROWS) {
    const line = lines.find((one) => one.startsWith(`| ${behaviour} |`)) ?? '';
    assert.equal(line.split(' | ').length, STORES.length + 1, behaviour);
  }
});

test('every store has an answer for every row, and every answer but yes says what follows', () => {
  for (const { id } of STORES) {
    const results = readResults(id);
    assert.deepEqual(Object.keys(results).sort(), ROWS.map((row) => row.id).sort(), id);
    for (const [row, { answer, note }] of Object.entries(results)) {
      if (answer !== 'yes') assert.ok((note ?? '').length >= 20, `${id}, ${row}`);
    }
  }
});

test('every profile that can be run on a machine of one’s own was measured', () => {
  // These are services.
  const unmeasured = ['aws', 'b2', 'r2', 'scaleway'];
  const measured = new Set<string>(STORES.map(({ profile }) => profile));
  assert.deepEqual(
    Object.keys(PROFILES)
      .filter((name) => !measured.has(name))
      .sort(),
    unmeasured,
  );
});

test('the table cannot be made while a store lacks a result', () => {
  const [first] = ROWS;
  assert.ok(first);
  const extra = { ...first, id: 'not-asked-yet' };
  assert.throws(() => renewedCompatibility([...ROWS, extra]), /has no result for not-asked-yet/);
  const others = ROWS.slice(1);
  assert.throws(() => renewedCompatibility(others), /which are no rows/);
});
