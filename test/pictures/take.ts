/** Takes the pictures of one variant: a screenshot of each scene, and the records of what is in them. */
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer-core';
import type { Box, Records } from './page.ts';
import { halved } from './sheet.ts';

export interface Taken {
  readonly records: Records;
  /** At half their size, by the name of the scene. */
  readonly pictures: Readonly<Record<string, PNG>>;
}

export async function setMedia(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
}

/**
 * Takes the pictures. A busy machine may draw a frame before all of it is painted: `isSteady` takes
 * each until two in succession are the same, which takes twice as long.
 */
export async function take(page: Page, width: number, isSteady = false): Promise<Taken> {
  const [first = '', ...others] = await page.evaluate(() => window.stage.dragged);
  await page.setViewport({ width, height: 800 });
  await page.evaluate((name) => window.stage.drag(name), first);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width, height });
  const { records, boxes } = await look(page);
  const recorded = { ...records };
  const screenshot = await shoot(page, { x: 0, y: 0, width, height }, isSteady);
  const pictures = Object.fromEntries(
    Object.entries(boxes).map(([name, box]) => [name, halved(screenshot, box)]),
  );
  for (const name of others) {
    await page.evaluate((scene) => window.stage.drag(scene), name);
    const again = await look(page);
    recorded[name] = again.records[name] ?? [];
    const box = again.boxes[name];
    if (!box) throw new Error(`no scene ${name}`);
    pictures[name] = halved(await shoot(page, box, isSteady), { ...box, x: 0, y: 0 });
  }
  return { records: recorded, pictures };
}

async function look(page: Page): Promise<{ records: Records; boxes: Record<string, Box> }> {
  return page.evaluate(() => ({ records: window.stage.record(), boxes: window.stage.boxes() }));
}

async function shoot(page: Page, clip: Box, isSteady: boolean): Promise<PNG> {
  for (let last: Buffer | undefined; ;) {
    // What has changed is painted with the next frame, and is on the screen with the one after it.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const bytes = Buffer.from(await page.screenshot({ clip, captureBeyondViewport: false }));
    if (!isSteady || last?.equals(bytes)) return PNG.sync.read(bytes);
    last = bytes;
  }
}
