import { render } from 'lit';
import type { UploadSnapshot } from '../../core/index.ts';
import { row } from './row.ts';
import { Thumbs } from './thumbs/thumbs.ts';
import type { View } from '../view.ts';

/** Up to this many rows are all in the document, where searches and screen readers find them. */
const MAX_WHOLE = 200;
/** Rows of a longer list that are drawn before the first one in sight. */
const BEFORE = 20;
/** Rows of a longer list that are drawn from the first one in sight on. */
const AFTER = 60;
/** Height of a row before one has been measured, in pixels. */
const GUESSED_HEIGHT = 74;

interface Row {
  readonly element: HTMLElement;
  /** What the row was drawn from. */
  source?: readonly unknown[];
}

/**
 * The rows. Each keeps its element, and is drawn again only when its snapshot is another one. A long
 * list scrolls within itself, and only the rows near the visible ones are in the document; empty
 * boxes before and after them stand for the others.
 */
export class RowList {
  readonly #redraw: () => void;
  readonly #thumbs: Thumbs;
  readonly #rows = new Map<string, Row>();
  #list: HTMLElement | undefined;
  /** How many uploads there were at the last drawing. */
  #count = 0;
  /** Height of a row in pixels; measured once there is one. */
  #height = 0;

  /** `redraw` is called when other rows may have come into sight, or a picture is ready. */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
    this.#thumbs = new Thumbs(redraw);
  }

  /**
   * Brings the list up to date, which is the same element each time. `isHeld` is true while all
   * uploads wait for `start()`.
   */
  update(uploads: readonly UploadSnapshot[], view: View, isHeld: boolean): HTMLElement {
    const list = (this.#list ??= this.#make());
    const { length } = uploads;
    if (length < this.#count) this.#thumbs.keep(uploads);
    this.#count = length;
    const isLong = length > MAX_WHOLE;
    if (isLong) this.#height ||= (list.lastElementChild as HTMLElement | null)?.offsetHeight ?? 0;
    const height = this.#height || GUESSED_HEIGHT;
    const above = Math.floor(list.scrollTop / height) - BEFORE;
    const first = isLong ? Math.max(0, Math.min(above, length - AFTER)) : 0;
    const end = isLong ? Math.min(length, first + BEFORE + AFTER) : length;
    const shown = uploads
      .slice(first, end)
      .map((upload, index): [number, UploadSnapshot] => [first + index, upload]);
    // A row that has the focus stays, wherever the list is scrolled to.
    const focusedId = list.querySelector<HTMLElement>(':scope > :focus-within')?.dataset['id'];
    const index = isLong && focusedId ? uploads.findIndex(({ id }) => id === focusedId) : -1;
    const focused = uploads[index];
    if (focused && index < first) shown.unshift([index, focused]);
    if (focused && index >= end) shown.push([index, focused]);
    this.#drop(new Set(shown.map(([, { id }]) => id)));
    for (const [at, [index, upload]] of shown.entries()) {
      const element = this.#draw(upload, view, isHeld, isLong ? [index + 1, length] : []);
      // Only if it has to move: an element that is moved loses the focus.
      const present = list.children[at] ?? null;
      if (present !== element) list.insertBefore(element, present);
    }
    list.className = isLong ? 'list long' : 'list';
    list.style.setProperty('--above', `${first * height}px`);
    list.style.setProperty('--below', `${(length - end) * height}px`);
    return list;
  }

  #make(): HTMLElement {
    const list = document.createElement('div');
    list.setAttribute('part', 'list');
    list.role = 'list';
    list.addEventListener('scroll', this.#redraw);
    return list;
  }

  #drop(kept: ReadonlySet<string>): void {
    for (const [id, { element }] of this.#rows) {
      if (kept.has(id)) continue;
      element.remove();
      this.#rows.delete(id);
    }
  }

  #draw(
    upload: UploadSnapshot,
    view: View,
    isHeld: boolean,
    place: readonly number[],
  ): HTMLElement {
    const { id, status, file } = upload;
    let drawn = this.#rows.get(id);
    if (!drawn) this.#rows.set(id, (drawn = { element: document.createElement('div') }));
    const { element } = drawn;
    const picture = this.#thumbs.of(file);
    const source = [upload, view, picture, isHeld, ...place];
    if (source.every((value, index) => value === drawn.source?.[index])) return element;
    drawn.source = source;
    element.role = 'listitem';
    element.dataset['id'] = id;
    element.className = `row row-${status}`;
    element.setAttribute('part', element.className);
    [element.ariaPosInSet = null, element.ariaSetSize = null] = place.map(String);
    render(row(upload, view, picture, isHeld), element);
    return element;
  }
}
