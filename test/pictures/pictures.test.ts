/**
 * Every state of the element in its own look and in three themes, light and dark, from left to right
 * and from right to left, on pages of three widths: compared with what is kept in `kept/`. After a
 * change that is meant, `npm run pictures` keeps the new ones; look at them before you commit them.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import process from 'node:process';
import { PNG } from 'pngjs';
import { changes, writtenBoxes, writtenColours } from './kept.ts';
import { differences, encoded, piece, stacked } from './sheet.ts';
import { openStage } from './stage.ts';
import { setMedia, take, type Taken } from './take.ts';
import { DIRECTIONS, SCHEMES, THEMES, WIDTHS } from './variants.ts';

const KEPT = join(import.meta.dirname, 'kept');
const isUpdating = process.env['UPDATE_PICTURES'] === 'yes';
/** Pixels, of pictures at half their size, that may differ between machines. */
const MAX_DIFFERENT = 4;

suite('pictures of 14 states', { concurrency: false }, () => {
  let stage: Awaited<ReturnType<typeof openStage>>;

  before(async () => {
    stage = await openStage();
  });
  after(() => stage?.close());

  for (const theme of THEMES) {
    for (const dir of DIRECTIONS) {
      suite(`${theme.name}, ${dir}`, () => {
        before(() =>
          stage.page.evaluate((look, direction) => window.stage.show(look, direction), theme, dir),
        );

        for (const width of WIDTHS) {
          for (const scheme of SCHEMES) {
            test(`${width} pixels wide, ${scheme}, are as they are kept`, async () => {
              const { page } = stage;
              await setMedia(page, scheme);
              const variant = { folder: theme.name, dir, width, scheme };
              if (isUpdating) return keep(await take(page, width, true), variant);
              const found = differencesOf(await take(page, width), variant);
              // Perhaps they were not all painted yet.
              if (found.length > 0) compare(await take(page, width, true), variant);
            });
          }
        }
      });
    }
  }

  test('are of 14 states', async () => {
    assert.equal(Object.keys(await stage.page.evaluate(() => window.stage.boxes())).length, 14);
  });

  test('are of rows without buttons on paper, and no zone', async () => {
    const { page } = stage;
    await page.evaluate(() => window.stage.show({ name: 'default', attributes: {} }, 'ltr'));
    await page.emulateMediaType('print');
    const printed = await page.evaluate(() => {
      const seen = window.stage.record()['at work'] ?? [];
      return seen.map(({ name }) => name);
    });
    const badge = await page.evaluate(() => {
      const upload = document.querySelector('section[title="at work"] > s3-upload');
      const node = upload?.shadowRoot?.querySelector('.badge');
      return node && getComputedStyle(node).printColorAdjust;
    });
    await page.emulateMediaType('screen');
    const screened = await page.evaluate(() => {
      const seen = window.stage.record()['at work'] ?? [];
      return seen.map(({ name }) => name);
    });
    for (const name of ['row row-done', 'name', 'status', 'label']) {
      assert.ok(printed.includes(name), `${name} is printed`);
    }
    for (const name of ['zone', 'button', 'actions', 'pause', 'cancel', 'again']) {
      assert.ok(screened.includes(name) && !printed.includes(name), `${name} is not printed`);
    }
    // White on white, the check mark would say nothing.
    assert.equal(badge, 'exact');
  });

  for (const [what, css] of [
    ['button that has moved by two pixels', '::part(pause) { translate: 2px }'],
    ['thinner bar', '::part(bar) { block-size: 3px }'],
    ['darker zone', '::part(zone) { background: rgb(0 0 0 / 30%) }'],
  ] as const) {
    test(`a ${what} is noticed, in the records and in the pictures`, async () => {
      const { page } = stage;
      await page.evaluate(() => window.stage.show({ name: 'default', attributes: {} }, 'ltr'));
      await setMedia(page, 'light');
      const former = await take(page, 320);
      const sheet = await page.addStyleTag({ content: `s3-upload${css}` });
      const latter = await take(page, 320);
      await sheet.evaluate((style) => style.remove());
      const [old, now] = [former, latter].map(({ records }) => text(records));
      assert.ok(changes(old ?? '', now ?? '').length > 0, 'records');
      const counts = Object.entries(former.pictures).map(([scene, picture]) =>
        differences(picture, latter.pictures[scene] ?? picture),
      );
      assert.ok(Math.max(...counts) > MAX_DIFFERENT, `pictures: ${counts.join()}`);
    });
  }
});

function text(records: Taken['records']): string {
  return writtenBoxes(records) + writtenColours(records);
}

interface Variant {
  readonly folder: string;
  readonly dir: string;
  readonly width: number;
  readonly scheme: string;
}

/** The records as text, by the file that they are kept in. */
function textsOf({ records }: Taken, { folder, dir, width, scheme }: Variant): [string, string][] {
  const boxes: [string, string] = [`${folder}/${dir}-${width}.txt`, writtenBoxes(records)];
  // Narrow pages have the same colours, and show less.
  if (width < Math.max(...WIDTHS)) return [boxes];
  return [boxes, [`${folder}/${scheme}.txt`, writtenColours(records)]];
}

function sheetOf({ folder, dir, width, scheme }: Variant): string {
  return `${folder}/${dir}-${width}-${scheme}.png`;
}

function keep(taken: Taken, variant: Variant): void {
  for (const [file, content] of textsOf(taken, variant)) write(join(KEPT, file), content);
  write(join(KEPT, sheetOf(variant)), encoded(stacked(Object.values(taken.pictures))));
}

/** What is not as it is kept. */
function differencesOf(taken: Taken, variant: Variant): string[] {
  const found = textsOf(taken, variant).flatMap(([file, content]) =>
    changes(readFileSync(join(KEPT, file), 'utf8'), content),
  );
  const kept = PNG.sync.read(readFileSync(join(KEPT, sheetOf(variant))));
  let top = 0;
  for (const [scene, picture] of Object.entries(taken.pictures)) {
    const count = differences(piece(kept, top, picture.height), picture);
    if (count > MAX_DIFFERENT) found.push(`${scene}: ${count} pixels differ`);
    top += picture.height;
  }
  return found;
}

function compare(taken: Taken, variant: Variant): void {
  const found = differencesOf(taken, variant);
  if (found.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  const file = join(folder, sheetOf(variant).replaceAll('/', '-'));
  write(file, encoded(stacked(Object.values(taken.pictures))));
  assert.fail(`${found.join('\n')}\nThe new pictures are in ${file}.`);
}

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
