import { fit } from './fit.ts';
import { imageSize } from './image-size.ts';
import { withFrame } from './video-frame.ts';

/**
 * Draws a small square picture of the middle of an image, or of a frame of a video. It is drawn from
 * `createImageBitmap`, which decodes and scales off the main thread; images need no `blob:` in the
 * page's `img-src`, and leave no object URL to be revoked.
 *
 * @throws Error if there is no picture, or if decoding it would take too much memory.
 */
export async function drawThumb(file: File): Promise<HTMLCanvasElement> {
  if (file.type.startsWith('video/')) {
    return withFrame(file, async (video) => {
      const { videoWidth: width, videoHeight: height } = video;
      return cut(await createImageBitmap(video, fit({ width, height })));
    });
  }
  // Its size is read from its header, because the decoder would first make all of its pixels.
  return cut(await createImageBitmap(file, fit(await imageSize(file))));
}

/** Puts the middle of the bitmap on a canvas, and releases the bitmap. */
function cut(bitmap: ImageBitmap): HTMLCanvasElement {
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  canvas.getContext('2d')?.drawImage(bitmap, left, top, side, side, 0, 0, side, side);
  bitmap.close();
  return canvas;
}
