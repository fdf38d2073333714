import { html, noChange, nothing, type ElementPart, type TemplateResult } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { UploadSnapshot } from '../core/types.ts';
import { row } from './row.ts';
import type { View } from './view.ts';

/** Up to here every row is in the document: found by the page's search, and by screen readers. */
const MOST_WHOLE = 200;
const ROWS_A_BLOCK = 50;
/** Before any block has been measured; in pixels. */
const GUESSED_ROW = 74;

/**
 * The rows. A long list scrolls in itself, and only the blocks of rows near what is seen of it are
 * drawn; the others are empty boxes of the height that they had, or will have.
 */
export class RowList {
  readonly #onSeen: () => void;
  readonly #seen = new Set<number>([0]);
  readonly #blocks = new Map<Element, number>();
  #observer: IntersectionObserver | undefined;
  #rowHeight = GUESSED_ROW;

  /** `onSeen` is called when other blocks have come into sight. */
  constructor(onSeen: () => void) {
    this.#onSeen = onSeen;
  }

  render(uploads: readonly UploadSnapshot[], view: View): TemplateResult {
    const count = uploads.length;
    if (count <= MOST_WHOLE) {
      this.#forget();
      return html`<div part="list" class="list" role="list">${rows(uploads, view)}</div>`;
    }
    const blocks: TemplateResult[] = [];
    for (let start = 0; start < count; start += ROWS_A_BLOCK) {
      const index = start / ROWS_A_BLOCK;
      const end = Math.min(count, start + ROWS_A_BLOCK);
      const isSeen = this.#seen.has(index);
      const height = isSeen ? 0 : (end - start) * this.#rowHeight;
      blocks.push(
        html`<div class="block" ${box(this, index, height)}>
          ${isSeen ? rows(uploads.slice(start, end), view, { start, count }) : nothing}
        </div>`,
      );
    }
    return html`<div part="list" class="list long" role="list">${blocks}</div>`;
  }

  /** Watches whether the block is near what is seen of the list. */
  watch(block: Element, index: number): void {
    this.#blocks.set(block, index);
    // The list itself is the root, so that the margin reaches beyond its own edges.
    this.#observer ??= new IntersectionObserver((entries) => this.#look(entries), {
      root: block.parentElement,
      rootMargin: '100% 0px',
    });
    this.#observer.observe(block);
  }

  #look(entries: readonly IntersectionObserverEntry[]): void {
    let hasChanged = false;
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const index = this.#blocks.get(target);
      if (index === undefined || this.#seen.has(index) === isIntersecting) continue;
      // A row that holds the focus stays, wherever the list is scrolled to.
      if (!isIntersecting && target.matches(':focus-within')) continue;
      if (isIntersecting) this.#seen.add(index);
      else {
        this.#seen.delete(index);
        if (boundingClientRect.height > 0) {
          this.#rowHeight = boundingClientRect.height / target.childElementCount;
        }
      }
      hasChanged = true;
    }
    if (hasChanged) this.#onSeen();
  }

  #forget(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#blocks.clear();
    this.#seen.clear();
    this.#seen.add(0);
  }
}

/** Keyed, so that a row keeps its focus when one above it goes; drawn again only when it changed. */
function rows(
  uploads: readonly UploadSnapshot[],
  view: View,
  place?: { start: number; count: number },
): unknown {
  return repeat(
    uploads,
    ({ id }) => id,
    (upload, index) => {
      const position = place && { index: place.start + index, count: place.count };
      return guard([upload, view, view.thumbs.of(upload.file), position?.index, place?.count], () =>
        row(upload, view, position),
      );
    },
  );
}

/** Gives an undrawn block its height, through CSSOM, and has it watched. */
class Box extends Directive {
  #height: number | undefined;

  override render(_list: RowList, _index: number, _height: number): typeof noChange {
    return noChange;
  }

  override update(
    { element }: ElementPart,
    [list, index, height]: [RowList, number, number],
  ): typeof noChange {
    if (this.#height === undefined) list.watch(element, index);
    if (this.#height !== height) {
      (element as HTMLElement).style.setProperty('--block-size', `${height}px`);
    }
    this.#height = height;
    return noChange;
  }
}

const box = directive(Box);
