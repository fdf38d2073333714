/** What happens in the moving picture, and the frames that are taken meanwhile. */
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import type { MovingStage } from './page.ts';
import { SLOWER } from './slower.ts';

export interface Frame {
  readonly png: Buffer;
  /** How long it is shown. */
  readonly ms: number;
}

export interface Film {
  readonly frames: readonly Frame[];
  /** A frame with files on their way, for those who want no motion. */
  readonly still: Buffer;
}

type Upload = ReturnType<MovingStage['uploads']>[number];

/** The last picture stands for so long before everything begins again. */
const STILL_MS = 2_000;
/** Of the line, for all files together. */
const BYTES_PER_SECOND = 6e6;
const FILM = 'interview with the harbour master.mov';
/** Between two pictures. */
const LEAST_MS = 100;
/** The line is lost for almost as long; otherwise something moves all the time. */
const LONGEST_MS = 2_600;
const WAITS_MS = 60_000;

/** Uploads four files on the page, with a pause and a line that is lost, and takes pictures of it. */
export async function film(page: Page, endpoint: string): Promise<Film> {
  const line = { upload: BYTES_PER_SECOND / SLOWER, download: -1, latency: 20 };
  await page.emulateNetworkConditions(line);
  await page.evaluate((address) => window.moving.begin(address), endpoint);
  let isOver = false;
  const shots: { png: Buffer; at: number }[] = [];
  let still: Buffer | undefined;
  const onHalfway = (): void => {
    still = shots.at(-1)?.png;
  };
  const story = tell(page, onHalfway).finally(() => (isOver = true));
  while (!isOver) {
    const at = performance.now() / SLOWER;
    const png = Buffer.from(await page.screenshot({ captureBeyondViewport: false }));
    if (shots.at(-1)?.png.equals(png) !== true) shots.push({ png, at });
    const tookMs = performance.now() / SLOWER - at;
    if (tookMs < LEAST_MS) await sleep(LEAST_MS - tookMs);
  }
  await story;
  if (!still) throw new Error('there is no frame to stand still');
  const frames = shots.map(({ png, at }, index) => {
    const next = shots[index + 1];
    return { png, ms: next === undefined ? STILL_MS : Math.round(next.at - at) };
  });
  const longestMs = Math.max(...frames.slice(0, -1).map(({ ms }) => ms));
  if (longestMs > LONGEST_MS) {
    throw new Error(`The machine was too busy: nothing moved for ${longestMs} ms. Run it again.`);
  }
  return { frames, still };
}

async function tell(page: Page, onHalfway: () => void): Promise<void> {
  await sleep(700);
  await page.evaluate(() => window.moving.carry());
  await sleep(350);
  await page.evaluate(() => window.moving.drag());
  await sleep(1_100);
  await page.evaluate(() => window.moving.drop());
  await sleep(500);
  await page.evaluate(() => window.moving.leave());
  await until(page, FILM, ({ bytes, loaded }) => loaded > bytes * 0.2);
  await press(page, 'pause');
  await until(page, FILM, ({ status }) => status === 'paused');
  await sleep(1_300);
  await press(page, 'resume');
  await page.evaluate(() => window.moving.leave());
  await until(page, FILM, ({ bytes, loaded }) => loaded > bytes * 0.5);
  onHalfway();
  await page.setOfflineMode(true);
  await until(page, FILM, ({ status }) => status === 'waiting');
  await sleep(2_200);
  await page.setOfflineMode(false);
  await until(page, FILM, ({ status }) => status === 'done');
  await sleep(500);
}

/** Moves the pointer to the button in the film's row, and clicks it. */
async function press(page: Page, part: string): Promise<void> {
  await page.evaluate((button, name) => window.moving.point(button, name), part, FILM);
  await sleep(600);
  await page.evaluate(() => window.moving.click());
}

async function until(page: Page, name: string, isSo: (upload: Upload) => boolean): Promise<void> {
  const deadline = performance.now() + WAITS_MS * SLOWER;
  let uploads: readonly Upload[] = [];
  while (performance.now() < deadline) {
    uploads = await page.evaluate(() => window.moving.uploads());
    const upload = uploads.find((one) => one.name === name);
    if (upload && isSo(upload)) return;
    await sleep(20);
  }
  throw new Error(`${name} did not come so far: ${JSON.stringify(uploads)}`);
}

/** In milliseconds of the film. */
async function sleep(ms: number): Promise<void> {
  await setTimeout(ms * SLOWER);
}

declare global {
  interface Window {
    readonly moving: MovingStage;
  }
}
