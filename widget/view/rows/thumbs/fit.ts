/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of the shorter side, in pixels: twice that of a large tile, for dense screens. */
export const SHORT = 128;
/** Of the longer side, of which only the middle is shown. */
const LONG = 512;
/** Decoding takes four bytes for each pixel: 256 MB. */
const MAX_PIXELS = 64e6;
/** A longer strip shows nothing at this size. */
const MAX_RATIO = 16;

/**
 * How an image of this size is scaled when it is decoded: small on both sides, and never enlarged.
 * Only the longer side is given, because the header of a photograph may have the sides the other way
 * round than the browser, which turns it by its EXIF orientation.
 *
 * @throws RangeError if the image is empty, too large or too long.
 */
export function fit({ width, height }: Size): ImageBitmapOptions {
  const [short, long] = width < height ? [width, height] : [height, width];
  if (!(short > 0 && short * long <= MAX_PIXELS && long <= short * MAX_RATIO)) {
    throw new RangeError(`no thumbnail of ${width} × ${height} pixels`);
  }
  const scale = Math.min(SHORT / short, LONG / long);
  if (scale >= 1) return {};
  const side = Math.round(long * scale);
  return { resizeQuality: 'medium', [width < height ? 'resizeHeight' : 'resizeWidth']: side };
}
