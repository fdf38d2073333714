/**
 * `node test/pictures/moving/main.ts` makes the moving pictures of the README, and stills of them: an upload in Chromium by the
 * real element and its engine, to the server that stands in for the Worker and the store in the
 * engine's tests. Look at them before you commit them. With a folder as its argument it writes each
 * frame there as well.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { startFake } from '../../widget/core/fake/server.ts';
import type { SpaceOptions } from '../../widget/core/fake/space.ts';
import { openStage } from '../stage.ts';
import { film, type Film, type Frame } from './film.ts';
import { SLOWER } from './slower.ts';

const OUTPUT = join(import.meta.dirname, '../../../docs/pictures');
/** Shown at 640 pixels, so that letters are crisp on screens with two pixels to one of CSS. */
const SIZE = { width: 720, height: 464, deviceScaleFactor: 2 };
const SPACE: SpaceOptions = { checksum: 'crc64nvme', partBytes: 2 ** 20, lanes: 1 };
/** Grounds as GitHub has them. */
const CSS = `
html { background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc) }
body { padding: 16px; block-size: 432px; overflow: clip; font-size: 15px }
.pointer {
  position: fixed; inset: 0 auto auto 0; translate: 560px 490px; transition: translate ${0.45 * SLOWER}s ease-in-out;
  pointer-events: none; inline-size: 24px; block-size: 24px; z-index: 9;
}
.pointer svg { fill: #111; stroke: #fff; stroke-width: 1.5; display: block; margin: -2px 0 0 -5px }
.pointer[data-files]::after {
  content: attr(data-files) ' files'; position: absolute; inset: 18px auto auto 16px; padding: 2px 8px;
  border-radius: 6px; background: #1f5fe0; color: #fff; font-size: 13px; white-space: nowrap;
}`;

const [frameFolder] = process.argv.slice(2);
const server = await startFake();
try {
  for (const scheme of ['light', 'dark'] as const) {
    const { frames, still } = await take(scheme);
    mkdirSync(OUTPUT, { recursive: true });
    await write(frames, join(OUTPUT, `upload-${scheme}.webp`));
    await sharp(still)
      .png({ palette: true, effort: 10 })
      .toFile(join(OUTPUT, `upload-${scheme}.png`));
    if (frameFolder === undefined) continue;
    mkdirSync(frameFolder, { recursive: true });
    for (const [index, { png, ms }] of frames.entries()) {
      writeFileSync(
        join(frameFolder, `${scheme}-${String(index).padStart(3, '0')}-${ms}.png`),
        png,
      );
    }
  }
} finally {
  await server.stop();
}

async function take(scheme: 'light' | 'dark'): Promise<Film> {
  const stage = await openStage({
    css: CSS,
    script: 'test/pictures/moving/page.ts',
    isMoving: true,
  });
  try {
    await stage.page.setViewport(SIZE);
    await stage.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const space = await fetch(`${server.url}/spaces`, {
      method: 'POST',
      body: JSON.stringify(SPACE),
    });
    const { id } = (await space.json()) as { id: string };
    return await film(stage.page, `${server.url}/${id}/api`);
  } finally {
    await stage.close();
  }
}

/** As a WebP that begins again after its last frame. */
async function write(frames: readonly Frame[], file: string): Promise<void> {
  await sharp(
    frames.map(({ png }) => png),
    { join: { animated: true } },
  )
    .webp({
      delay: frames.map(({ ms }) => ms),
      loop: 0,
      quality: 70,
      effort: 5,
      mixed: true,
      minSize: true,
    })
    .toFile(file);
}
