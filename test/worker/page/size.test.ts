/** The page at `/` and the element on it say the same size in the same words. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Localizer } from '../../../widget/i18n/localizer.ts';
import { sizeText } from '../../../worker/page/size.ts';

it('a size in the list is plural, and rounded as the element does it', () => {
  assert.equal(sizeText(1, 'en'), '1 byte');
  assert.equal(sizeText(3, 'en'), '3 bytes');
  const element = new Localizer('en');
  const sizes = [0, 1, 999, 1000, 20_480, 999_499, 999_600, 4_240_000, 42_400_000, 1e9, 1.5e12];
  for (const bytes of sizes) assert.equal(sizeText(bytes, 'en'), element.bytes(bytes));
});
