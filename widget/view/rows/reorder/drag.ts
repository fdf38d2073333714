/** Near the edge of a list that scrolls within itself, a drag scrolls it: so near, by so much. */
const EDGE_PX = 40;
const SCROLL_PX = 12;

/** Where a drop would put the row. */
interface Target {
  readonly row: HTMLElement;
  readonly side: 'before' | 'after';
}

/** A row was dropped `before` or `after` another one. */
export type OnDrop = (id: string, target: string, side: 'before' | 'after') => void;

/**
 * Lets rows be dragged by their pictures, with a mouse, a pen or a finger. Rows stay where they are
 * until the drop, and a line shows where that would be. `data-drop` on the row under the pointer, and
 * `data-dragged` on the dragged one, are for the styles. Escape ends the drag.
 */
export class RowDrag {
  readonly #list: HTMLElement;
  readonly #onDrop: OnDrop;
  #row: HTMLElement | undefined;
  #target: Target | undefined;

  constructor(list: HTMLElement, onDrop: OnDrop) {
    this.#list = list;
    this.#onDrop = onDrop;
  }

  /** Begins a drag, if the pointer is on the picture of a row. */
  start(event: PointerEvent): void {
    const handle = (event.target as Element).closest<HTMLElement>('.thumb');
    const row = handle?.closest<HTMLElement>('[data-id]');
    if (!handle || !row || !event.isPrimary || event.button !== 0) return;
    // Otherwise the browser would select text, or drag a picture.
    event.preventDefault();
    this.#row = row;
    row.dataset['dragged'] = '';
    const listening = new AbortController();
    const { signal } = listening;
    const end = (): void => {
      listening.abort();
      this.#end();
    };
    capture(handle, event.pointerId);
    const { ownerDocument } = handle;
    const onMove = (moved: PointerEvent): void => this.#aim(moved.clientY);
    const onUp = (): void => {
      const { dataset } = row;
      const target = this.#target;
      end();
      const [id, other] = [dataset['id'], target?.row.dataset['id']];
      if (target && id !== undefined && other !== undefined) this.#onDrop(id, other, target.side);
    };
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') end();
    };
    ownerDocument.addEventListener('pointermove', onMove, { signal });
    ownerDocument.addEventListener('pointerup', onUp, { signal });
    ownerDocument.addEventListener('pointercancel', end, { signal });
    ownerDocument.addEventListener('keydown', onKey, { signal, capture: true });
  }

  #aim(y: number): void {
    this.#scroll(y);
    const rows = [...this.#list.querySelectorAll<HTMLElement>(':scope > [data-id]')];
    const row = rows.find((one) => y < one.getBoundingClientRect().bottom) ?? rows.at(-1);
    this.#mark(undefined);
    if (!row || row === this.#row) return;
    const { top, bottom } = row.getBoundingClientRect();
    this.#mark({ row, side: y < (top + bottom) / 2 ? 'before' : 'after' });
  }

  #scroll(y: number): void {
    const { top, bottom } = this.#list.getBoundingClientRect();
    if (y < top + EDGE_PX) this.#list.scrollTop -= SCROLL_PX;
    if (y > bottom - EDGE_PX) this.#list.scrollTop += SCROLL_PX;
  }

  #mark(target: Target | undefined): void {
    delete this.#target?.row.dataset['drop'];
    this.#target = target;
    if (target) target.row.dataset['drop'] = target.side;
  }

  #end(): void {
    this.#mark(undefined);
    delete this.#row?.dataset['dragged'];
    this.#row = undefined;
  }
}

/** Lets the drag go on outside the window. */
function capture(handle: HTMLElement, pointerId: number): void {
  try {
    handle.setPointerCapture(pointerId);
  } catch {
    // The pointer is gone already.
  }
}
