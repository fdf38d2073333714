/**
 * Pictures at half their size and in grey. Averaging four pixels takes away what differs between machines, the
 * edges of letters, and keeps what matters: a line that has moved by a pixel or two is still seen.
 */
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Box } from './page.ts';

/** Differences of brightness up to here are those of antialiasing; 0 to 1, as pixelmatch has it. */
const THRESHOLD = 0.15;
/** Distance of two shades of grey: fewer make smaller files. */
const STEP = 16;

/** Cuts a box out of a screenshot, halves it, and takes its colours away, which are recorded as text. */
export function halved(screenshot: PNG, { x, y, width, height }: Box): PNG {
  const half = new PNG({ width: Math.floor(width / 2), height: Math.floor(height / 2) });
  const [left, top] = [Math.round(x), Math.round(y)];
  for (let row = 0; row < half.height; row += 1) {
    for (let column = 0; column < half.width; column += 1) {
      const from = ((top + 2 * row) * screenshot.width + left + 2 * column) * 4;
      const below = from + screenshot.width * 4;
      const sum = [from, from + 4, below, below + 4]
        .map((at) => brightness(screenshot.data, at))
        .reduce((total, one) => total + one);
      const grey = Math.min(255, Math.round(sum / 4 / STEP) * STEP);
      const to = (row * half.width + column) * 4;
      half.data.fill(grey, to, to + 3);
      half.data[to + 3] = 255;
    }
  }
  return half;
}

/** Luma of a pixel: https://www.itu.int/rec/R-REC-BT.601 */
function brightness(data: Buffer, at: number): number {
  const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Puts pictures under each other. */
export function stacked(pictures: readonly PNG[]): PNG {
  const width = Math.max(...pictures.map((one) => one.width));
  const height = pictures.reduce((sum, one) => sum + one.height, 0);
  const sheet = new PNG({ width, height });
  let top = 0;
  for (const one of pictures) {
    PNG.bitblt(one, sheet, 0, 0, one.width, one.height, 0, top);
    top += one.height;
  }
  return sheet;
}

export function encoded(sheet: PNG): Buffer {
  return PNG.sync.write(sheet, { colorType: 0, deflateLevel: 9, filterType: 0 });
}

/** Cuts a picture out of a sheet again. */
export function piece(sheet: PNG, top: number, height: number): PNG {
  const rows = Math.max(0, Math.min(height, sheet.height - top));
  const picture = new PNG({ width: sheet.width, height: rows });
  if (rows > 0) PNG.bitblt(sheet, picture, 0, top, sheet.width, rows, 0, 0);
  return picture;
}

/** The number of pixels in which two pictures differ. */
export function differences(one: PNG, other: PNG): number {
  const { width, height } = one;
  if (width !== other.width || height !== other.height) return Infinity;
  return pixelmatch(one.data, other.data, undefined, width, height, {
    threshold: THRESHOLD,
    includeAA: true,
  });
}
