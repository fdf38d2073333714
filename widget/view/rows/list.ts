import { render } from 'lit';
import type { UploadSnapshot } from '../../core/index.ts';
import type { Editing } from './edit/editing.ts';
import { GridKeys, type GridRows } from './keyboard/grid-keys.ts';
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
export class RowList implements GridRows {
  /** Draws all rows, however many there are: on paper nobody scrolls. */
  isWhole = false;
  readonly #redraw: () => void;
  readonly #editing: Editing;
  readonly #thumbs: Thumbs;
  readonly #rows = new Map<string, Row>();
  #list: HTMLElement | undefined;
  #keys: GridKeys | undefined;
  #uploads: readonly UploadSnapshot[] = [];
  #view: View | undefined;
  #isHeld = false;
  /** Height of a row in pixels; measured once there is one. */
  #height = 0;

  /** `redraw` is called when other rows may have come into sight, or a picture is ready. */
  constructor(redraw: () => void, editing: Editing) {
    this.#redraw = redraw;
    this.#editing = editing;
    this.#thumbs = new Thumbs(redraw);
  }

  get count(): number {
    return this.#uploads.length;
  }

  indexOf({ dataset }: HTMLElement): number {
    return this.#uploads.findIndex(({ id }) => id === dataset['id']);
  }

  rowAt(index: number): HTMLElement | undefined {
    const { id = '' } = this.#uploads[index] ?? {};
    if (this.#list && this.#view && !this.#rows.has(id)) {
      this.#list.scrollTop = index * (this.#height || GUESSED_HEIGHT);
      this.update(this.#uploads, this.#view, this.#isHeld);
    }
    return this.#rows.get(id)?.element;
  }

  /**
   * Brings the list up to date, which is the same element each time. `isHeld` is true while all
   * uploads wait for `start()`.
   */
  update(uploads: readonly UploadSnapshot[], view: View, isHeld: boolean): HTMLElement {
    const list = (this.#list ??= this.#make());
    const { length } = uploads;
    if (length < this.#uploads.length) this.#thumbs.keep(uploads);
    this.#uploads = uploads;
    this.#view = view;
    this.#isHeld = isHeld;
    const isLong = length > MAX_WHOLE && !this.isWhole;
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
      const element = this.#draw(upload, view, isHeld, isLong ? index + 1 : undefined);
      // Only if it has to move: an element that is moved loses the focus.
      const present = list.children[at] ?? null;
      if (present !== element) list.insertBefore(element, present);
    }
    list.ariaLabel = view.localizer.text('files');
    list.ariaRowCount = isLong ? `${length}` : null;
    list.className = isLong ? 'list long' : 'list';
    list.style.setProperty('--above', `${first * height}px`);
    list.style.setProperty('--below', `${(length - end) * height}px`);
    this.#keys?.update();
    return list;
  }

  #make(): HTMLElement {
    const list = document.createElement('div');
    list.setAttribute('part', 'list');
    list.role = 'grid';
    // Firefox makes whatever scrolls a stop of the Tab key.
    list.tabIndex = -1;
    list.addEventListener('scroll', this.#redraw);
    this.#keys = new GridKeys(list, this);
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
    place: number | undefined,
  ): HTMLElement {
    const { id, status, file } = upload;
    let drawn = this.#rows.get(id);
    if (!drawn) this.#rows.set(id, (drawn = { element: document.createElement('div') }));
    const { element } = drawn;
    const picture = this.#thumbs.of(file);
    const editing = this.#editing.of(upload);
    const source = [upload, view, picture, isHeld, editing, place];
    if (source.every((value, index) => value === drawn.source?.[index])) return element;
    drawn.source = source;
    element.role = 'row';
    element.dataset['id'] = id;
    element.className = `row row-${status}`;
    element.setAttribute('part', element.className);
    element.ariaRowIndex = place === undefined ? null : `${place}`;
    render(row(upload, view, picture, isHeld, editing), element);
    return element;
  }
}
