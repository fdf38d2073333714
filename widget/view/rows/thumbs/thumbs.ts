import { html, type TemplateResult } from 'lit';
import type { UploadSnapshot } from '../../../core/index.ts';
import { lazy } from '../../../core/util/lazy.ts';
import { icon } from '../icons.ts';
import { extensionOf } from '../name.ts';

/** A canvas holds at most 64 kB; more rows than this are never drawn. */
const MAX_KEPT = 300;

/**
 * Types of which a browser may be able to show a picture. SVG is left out: it is a document that may
 * contain anything.
 */
const TYPES = /^(?:image\/(?:avif|bmp|gif|hei[cf]|jpeg|png|webp)|video\/.+)$/;

/** What draws them loads with the first file that can have a picture. */
const loadDraw = lazy(() => import('./draw.ts'));

/**
 * Small pictures of files, in the order in which they are asked for and one after the other, because
 * two large photographs at once could take 500 MB.
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
    if (!file || !TYPES.test(file.type)) return undefined;
    if (!drawn.has(file)) {
      const [oldest] = drawn.keys();
      if (oldest && drawn.size > MAX_KEPT) drawn.delete(oldest);
      drawn.set(file, undefined);
      // A file of which no picture can be drawn keeps its extension on the tile.
      this.#last = this.#last.then(() => this.#draw(file)).catch(() => undefined);
    }
    return drawn.get(file);
  }

  /** Releases the pictures of all other uploads, and does not draw those that are still to come. */
  keep(uploads: readonly UploadSnapshot[]): void {
    const files = new Set(uploads.map(({ file }) => file));
    for (const file of this.#drawn.keys()) if (!files.has(file)) this.#drawn.delete(file);
  }

  async #draw(file: File): Promise<void> {
    const { drawThumb } = await loadDraw();
    if (!this.#drawn.has(file)) return;
    const canvas = await drawThumb(file);
    // Its row may have been removed meanwhile.
    if (!this.#drawn.has(file)) return;
    this.#drawn.set(file, canvas);
    this.#onDrawn();
  }
}

/** Stands in for a picture: the file's extension, or the icon of a file if it has none. */
export function tile(name: string): TemplateResult {
  const extension = extensionOf(name);
  return extension
    ? html`<span class="tile" aria-hidden="true" translate="no">${extension}</span>`
    : icon('file');
}
