/**
 * Lets the user put the rows in another order: by the buttons of a row, by Alt with an arrow key, or by
 * dragging a row by its picture. Loaded when the first rows of an element with `reorder` are drawn; it
 * shares nothing with the rows' own code, which therefore stays in one file.
 */
import type { UploadSnapshot } from '../../../core/index.ts';
import { Arrangement } from './arrangement.ts';
import { RowDrag } from './drag.ts';
import { reorderStyles } from './styles.ts';

/** The element, as far as reordering needs it. */
export interface ReorderHost extends HTMLElement {
  readonly reorder: boolean;
  readonly isDisabled: boolean;
  readonly uploads: readonly UploadSnapshot[];
  readonly updateComplete: Promise<boolean>;
  /** Puts the uploads in the order that this function makes of their list. */
  arrange(order: (uploads: readonly UploadSnapshot[]) => readonly UploadSnapshot[]): void;
}

/** Tells users who do not see the list where a row is now: the place counts from 1. */
export type OnMoved = (upload: UploadSnapshot, place: number, count: number) => void;

const STEPS: Readonly<Record<string, number>> = { raise: -1, lower: 1, ArrowUp: -1, ArrowDown: 1 };

/** Adds the styles to the host's shadow root, and the listeners to the list. */
export function letReorder(host: ReorderHost, list: HTMLElement, onMoved: OnMoved): void {
  const { styleSheet } = reorderStyles;
  if (styleSheet) host.shadowRoot?.adoptedStyleSheets.push(styleSheet);
  const reorder = new Reorder(host, onMoved);
  const drag = new RowDrag(list, (id, target, side) => reorder.drop(id, target, side));
  list.addEventListener('click', (event) => reorder.onClick(event));
  list.addEventListener('keydown', (event) => reorder.onKey(event));
  list.addEventListener('pointerdown', (event) => {
    if (reorder.isOn) drag.start(event);
  });
}

class Reorder {
  readonly #host: ReorderHost;
  readonly #onMoved: OnMoved;
  readonly #arrangement = new Arrangement();

  constructor(host: ReorderHost, onMoved: OnMoved) {
    this.#host = host;
    this.#onMoved = onMoved;
  }

  get isOn(): boolean {
    return this.#host.reorder && !this.#host.isDisabled;
  }

  onClick(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    const step = STEPS[button?.dataset['act'] ?? ''];
    if (step === undefined) return;
    // It is none of the element's other actions.
    event.stopPropagation();
    if (this.isOn) this.#step(button, step);
  }

  onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!event.altKey || step === undefined || !this.isOn) return;
    event.preventDefault();
    this.#step(event.target as Element, step);
  }

  #step(origin: Element | null | undefined, step: number): void {
    const id = origin?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    const index = this.#host.uploads.findIndex((upload) => upload.id === id);
    if (id !== undefined) void this.#move(id, index + step);
  }

  drop(id: string, target: string, side: 'before' | 'after'): void {
    const others = this.#host.uploads.filter((upload) => upload.id !== id);
    const index = others.findIndex((upload) => upload.id === target);
    if (index >= 0) void this.#move(id, index + Number(side === 'after'));
  }

  async #move(id: string, to: number): Promise<void> {
    const { uploads, shadowRoot } = this.#host;
    const place = this.#arrangement.move(uploads, id, to);
    const upload = uploads.find((one) => one.id === id);
    if (place < 0 || !upload) return;
    const focused = shadowRoot?.activeElement as HTMLElement | null | undefined;
    this.#host.arrange(this.#arrangement.arrange);
    this.#onMoved(upload, place + 1, uploads.length);
    await this.#host.updateComplete;
    // A row that is moved in the document loses the focus.
    if (focused?.isConnected) focused.focus();
  }
}
