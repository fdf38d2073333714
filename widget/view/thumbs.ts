/** Small pictures of the files that are pictures. */

/** Twice the size of the largest tile, for dense screens; in pixels. */
const WIDTH = 96;
/** Decoding a picture takes four bytes a pixel for a moment; larger files are not worth that. */
const LARGEST_BYTES = 40e6;
/** Each holds some 30 kB; more rows are never drawn. */
const MOST_KEPT = 300;

/** SVG is left out: it is a document that can hold anything. */
const TYPES = /^image\/(avif|bmp|gif|jpeg|png|webp)$/;

/**
 * Draws into canvases, from `createImageBitmap`, which decodes and scales off the main thread. That
 * needs no `blob:` in the page's `img-src`, and leaves no object URL to be revoked.
 */
export class Thumbs {
  readonly #drawn = new Map<File, HTMLCanvasElement | undefined>();
  readonly #onDrawn: () => void;
  #last: Promise<unknown> = Promise.resolve();

  /** `onDrawn` is called when a picture has become ready. */
  constructor(onDrawn: () => void) {
    this.#onDrawn = onDrawn;
  }

  /** The picture, if there is one yet; asking for it starts it. */
  of(file: File | undefined): HTMLCanvasElement | undefined {
    const drawn = this.#drawn;
    if (!file || file.size > LARGEST_BYTES || !TYPES.test(file.type)) return undefined;
    if (!drawn.has(file)) {
      const [oldest] = drawn.keys();
      if (oldest && drawn.size > MOST_KEPT) drawn.delete(oldest);
      drawn.set(file, undefined);
      // One after the other: two large photographs at once could take 400 MB. What cannot be read
      // as a picture keeps its extension on the tile.
      this.#last = this.#last.then(() => this.#draw(file)).catch(() => undefined);
    }
    return drawn.get(file);
  }

  async #draw(file: File): Promise<void> {
    if (!this.#drawn.has(file)) return;
    const bitmap = await createImageBitmap(file, { resizeWidth: WIDTH, resizeQuality: 'medium' });
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = Math.min(bitmap.height, WIDTH * 4);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#drawn.set(file, canvas);
    this.#onDrawn();
  }
}
