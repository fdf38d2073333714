import { html, type TemplateResult } from 'lit';
import { icon } from '../row-icons.ts';
import { extensionOf } from './name.ts';

/** In pixels: twice the size of the largest tile, for dense screens. */
const WIDTH = 96;
/** Decoding takes four bytes for each pixel; larger files are not worth that memory. */
const MAX_BYTES = 40e6;
/** A canvas holds about 30 kB; more rows than this are never drawn. */
const MAX_KEPT = 300;

/** SVG is left out: it is a document that may contain anything. */
const TYPES: ReadonlySet<string> = new Set([
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
]);

/**
 * Small pictures of image files. They are drawn into canvases from `createImageBitmap`, which decodes
 * and scales off the main thread, needs no `blob:` in the page's `img-src`, and leaves no object URL
 * to be revoked.
 */
export class Thumbs {
  readonly #drawn = new Map<File, HTMLCanvasElement | undefined>();
  readonly #onDrawn: () => void;
  #last: Promise<unknown> = Promise.resolve();

  /** `onDrawn` is called when a picture is ready. */
  constructor(onDrawn: () => void) {
    this.#onDrawn = onDrawn;
  }

  /** The picture of a file, if it is ready; the first call starts drawing it. */
  of(file: File | undefined): HTMLCanvasElement | undefined {
    const drawn = this.#drawn;
    if (!file || file.size > MAX_BYTES || !TYPES.has(file.type)) return undefined;
    if (!drawn.has(file)) {
      const [oldest] = drawn.keys();
      if (oldest && drawn.size > MAX_KEPT) drawn.delete(oldest);
      drawn.set(file, undefined);
      // One after the other, because two large photographs at once could take 400 MB. A file that
      // cannot be decoded keeps its extension on the tile.
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

/** Stands in for a picture: the file's extension, or the icon of a file if it has none. */
export function tile(name: string): TemplateResult {
  const extension = extensionOf(name);
  return extension ? html`<span aria-hidden="true">${extension}</span>` : icon('file');
}
