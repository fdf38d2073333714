import { fit, SHORT } from './fit.ts';
import { imageSize } from './image-size.ts';
import { withFrame } from './video-frame.ts';

/**
 * Draws a small square picture of the middle of an image, or of a frame of a video. Images are drawn
 * from `createImageBitmap`, which decodes and scales off the main thread, needs no `blob:` in the
 * page's `img-src`, and leaves no object URL to be revoked.
 *
 * @throws Error if there is no picture, or if decoding it would take too much memory.
 */
export async function drawThumb(file: File): Promise<HTMLCanvasElement> {
  if (file.type.startsWith('video/')) {
    return withFrame(file, (video) => {
      const { videoWidth: width, videoHeight: height } = video;
      fit({ width, height });
      // Not from `createImageBitmap`, which gives a black picture of it in WebKitGTK 2.50.
      return cut(video, width, height);
    });
  }
  // Its size is read from its header, because the decoder would first make all of its pixels.
  const bitmap = await createImageBitmap(file, fit(await imageSize(file)));
  const canvas = cut(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return canvas;
}

/** Puts the middle of the source on a canvas. */
function cut(source: CanvasImageSource, width: number, height: number): HTMLCanvasElement {
  const side = Math.min(width, height);
  const canvas = document.createElement('canvas');
  const size = (canvas.width = canvas.height = Math.min(side, SHORT));
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  canvas.getContext('2d')?.drawImage(source, left, top, side, side, 0, 0, size, size);
  return canvas;
}
