/** docs/scale.md has the figures that the code has. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CASES, measure, type Figures } from '../worker/scale/figures.ts';
import { figuresIn, renewedPage, scalePage } from './scale.ts';

describe('docs/scale.md', () => {
  const page = scalePage();
  const figures = figuresIn(page);

  for (const [index, one] of CASES.entries()) {
    it(`says what is counted of ${one.what}`, async () => {
      const measured = await measure(one);
      for (const [name, value] of Object.entries(measured)) {
        const written = figures[index]?.[name as keyof Figures] ?? NaN;
        // A request more or less depends on when the page asks for the next signatures.
        const most = one.files === 1 ? 1 : 0.02;
        assert.ok(Math.abs(written - value) <= most, `${name}: ${written}, and ${value} counted`);
      }
    });
  }

  it('has tables that follow from these figures and from the upkeep (node test/docs/scale.ts writes them)', async () => {
    const renewed = await renewedPage(page, figures);
    assert.equal(renewed.replace(ROUND, ''), page.replace(ROUND, ''));
    const [counted, written] = [numbersIn(renewed), numbersIn(page)];
    assert.ok(written.length >= 24);
    assert.equal(counted.length, written.length);
    for (const [index, count] of counted.entries()) {
      // Bulk reads are cut by chance: a few more or less.
      assert.ok(Math.abs(count - (written[index] ?? NaN)) <= 3, `${counted.join()}`);
    }
  });
});

const ROUND = /<!-- round -->([^]*)<!-- \/round -->/;

function numbersIn(text: string): number[] {
  return (ROUND.exec(text)?.[1]?.match(/\d+/g) ?? []).map(Number);
}
