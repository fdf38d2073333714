/** The moving pictures of the README, as they are kept. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = readFileSync(`${ROOT}README.md`, 'utf8');
const MOST_BYTES = 400_000;

suite('the moving picture of the README', () => {
  for (const scheme of ['light', 'dark']) {
    const file = `docs/pictures/upload-${scheme}.webp`;

    test(`${scheme}: is shown, small, crisp, and begins again after a still of two seconds`, async () => {
      assert.ok(README.includes(`"${file}"`), file);
      const { size } = statSync(ROOT + file);
      assert.ok(size < MOST_BYTES, `${size} bytes`);
      const { format, pages = 0, delay = [], loop, width } = await sharp(ROOT + file).metadata();
      const shown = Number(/<img src="docs\/pictures[^>]* width="(\d+)"/.exec(README)?.[1]);
      assert.deepEqual({ format, loop }, { format: 'webp', loop: 0 });
      assert.ok(shown >= 600 && (width ?? 0) >= 2 * shown, `${width} pixels at ${shown}`);
      assert.ok(pages > 50, `${pages} frames`);
      assert.ok((delay.at(-1) ?? 0) >= 2_000, `${delay.at(-1)} ms`);
      const seconds = delay.reduce((sum, ms) => sum + ms, 0) / 1000;
      assert.ok(seconds > 10 && seconds < 30, `${seconds} s`);
    });

    test(`${scheme}: stands still for readers who want less motion`, async () => {
      const still = `docs/pictures/upload-${scheme}.png`;
      assert.match(README, new RegExp(`prefers-reduced-motion: reduce[^>]*"${still}"`));
      const moving = await sharp(`${ROOT}docs/pictures/upload-${scheme}.webp`).metadata();
      const { width, height } = await sharp(ROOT + still).metadata();
      assert.deepEqual(
        { width, height },
        { width: moving.width, height: moving.pageHeight ?? moving.height },
      );
    });
  }
});
