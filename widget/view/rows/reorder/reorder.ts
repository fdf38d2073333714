/**
 * Lets the user put the rows in another order: by the buttons of a row, by Alt with an arrow key, or by
 * dragging a row by its picture. Loaded when the first rows of an element with `reorder` are drawn; it
 * shares nothing with the rows' own code, which therefore stays in one file.
 */
import type { CSSResult } from 'lit';
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
  addStyles(styles: CSSResult): void;
}

/** Makes another order of the uploads. */
export type Order = (uploads: readonly UploadSnapshot[]) => readonly UploadSnapshot[];

export interface ReorderOptions {
  readonly arrange: (order: Order) => void;
  /** Tells users who do not see the list where a row is now: the place counts from 1. */
  readonly onMoved: (upload: UploadSnapshot, place: number, count: number) => void;
}

const STEPS: Readonly<Record<string, number>> = { raise: -1, lower: 1, ArrowUp: -1, ArrowDown: 1 };

/** Adds the styles to the host's shadow root, and the listeners to the list. */
export function letReorder(host: ReorderHost, list: HTMLElement, options: ReorderOptions): void {
  host.addStyles(reorderStyles);
  const reorder = new Reorder(host, options);
  const drag = new RowDrag(list, (id, target, side) => reorder.drop(id, target, side));
  list.addEventListener('click', (event) => reorder.onClick(event));
  list.addEventListener('keydown', (event) => reorder.onKey(event));
  list.addEventListener('pointerdown', (event) => {
    if (reorder.isOn) drag.start(event);
  });
}

class Reorder {
  readonly #host: ReorderHost;
  readonly #options: ReorderOptions;
  readonly #arrangement = new Arrangement();

  constructor(host: ReorderHost, options: ReorderOptions) {
    this.#host = host;
    this.#options = options;
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
    this.#options.arrange(this.#arrangement.arrange);
    this.#options.onMoved(upload, place + 1, uploads.length);
    await this.#host.updateComplete;
    // A row that is moved in the document loses the focus.
    if (focused?.isConnected) focused.focus();
  }
}
