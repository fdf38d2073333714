import { render } from 'lit';
import type { UploadSnapshot } from '../core/types.ts';
import { row } from './row.ts';
import { Thumbs } from './thumbs.ts';
import type { View } from './view.ts';

/** Up to here every row is in the document: found by the page's search, and by screen readers. */
const MOST_WHOLE = 200;
/** Of a longer list, so many rows are drawn before and after the first one in sight. */
const BEFORE = 20;
const AFTER = 60;
/** Before any row has been measured; in pixels. */
const GUESSED_HEIGHT = 74;

interface Row {
  readonly element: HTMLElement;
  /** What it was drawn from. */
  drawn?: readonly unknown[];
}

/**
 * The rows. Each has an element of its own for as long as it is there, and is drawn again only when
 * its snapshot is another one. A long list scrolls in itself, and only the rows near what is seen
 * of it are in the document: empty boxes before and after stand for the others.
 */
export class RowList {
  readonly #redraw: () => void;
  readonly #thumbs: Thumbs;
  readonly #rows = new Map<string, Row>();
  #list: HTMLElement | undefined;
  /** Of one row, in pixels; measured once there is one. */
  #height = 0;

  /** `redraw` is called when other rows may have come into sight, or a picture has become ready. */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
    this.#thumbs = new Thumbs(redraw);
  }

  /** The list, which is the same element each time, brought up to date. */
  update(uploads: readonly UploadSnapshot[], view: View): HTMLElement {
    const list = (this.#list ??= this.#make());
    const { length } = uploads;
    const isLong = length > MOST_WHOLE;
    if (isLong) this.#height ||= (list.lastElementChild as HTMLElement | null)?.offsetHeight ?? 0;
    const height = this.#height || GUESSED_HEIGHT;
    const above = Math.floor(list.scrollTop / height) - BEFORE;
    const first = isLong ? Math.max(0, Math.min(above, length - AFTER)) : 0;
    const end = isLong ? Math.min(length, first + BEFORE + AFTER) : length;
    const shown = uploads
      .slice(first, end)
      .map((upload, index): [number, UploadSnapshot] => [first + index, upload]);
    // A row that holds the focus stays, wherever the list is scrolled to.
    const held = list.querySelector<HTMLElement>(':scope > :focus-within')?.dataset['id'];
    const index = isLong && held ? uploads.findIndex(({ id }) => id === held) : -1;
    const focused = uploads[index];
    if (focused && index < first) shown.unshift([index, focused]);
    if (focused && index >= end) shown.push([index, focused]);
    this.#drop(new Set(shown.map(([, { id }]) => id)));
    for (const [at, [index, upload]] of shown.entries()) {
      const element = this.#draw(upload, view, isLong ? [index + 1, length] : []);
      // Only where it must be: an element that is moved loses the focus.
      const there = list.children[at] ?? null;
      if (there !== element) list.insertBefore(element, there);
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

  #draw(upload: UploadSnapshot, view: View, place: readonly number[]): HTMLElement {
    const { id, status, file } = upload;
    let known = this.#rows.get(id);
    if (!known) this.#rows.set(id, (known = { element: document.createElement('div') }));
    const { element, drawn } = known;
    const picture = this.#thumbs.of(file);
    const now = [upload, view, picture, ...place];
    if (now.every((value, index) => value === drawn?.[index])) return element;
    known.drawn = now;
    element.role = 'listitem';
    element.dataset['id'] = id;
    element.className = `row row-${status}`;
    element.setAttribute('part', element.className);
    [element.ariaPosInSet = null, element.ariaSetSize = null] = place.map(String);
    render(row(upload, view, picture), element);
    return element;
  }
}
