/** Rows of a grid; of a long list, not all of them are in the document. */
export interface GridRows {
  readonly count: number;
  indexOf(row: HTMLElement): number;
  /** The row with this index, brought into the document if it is not there. */
  rowAt(index: number): HTMLElement | undefined;
}

/** What can have the focus in what a page puts into a slot. */
const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';
/** Keys move the caret there, and not the focus. */
const TEXT = 'input, select, textarea, [contenteditable]';
/** Rows that Page Up and Page Down go past. */
const PAGE_ROWS = 10;

/**
 * Makes a list of rows one stop for the Tab key, however long it is. The arrow keys move the focus
 * inside, as in a layout grid: Up and Down between rows, Left and Right between the actions of a row,
 * Home and End to its first and last one, Ctrl+Home and Ctrl+End to the first and last row, Page Up and
 * Page Down by ten rows: https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 *
 * Buttons in rows are drawn with `tabindex="-1"`; one of them gets `0`. What the page has put into a row
 * keeps its own `tabindex`, and is reached by the arrow keys as well.
 */
export class GridKeys {
  readonly #grid: HTMLElement;
  readonly #rows: GridRows;
  /** The button at which the Tab key enters the list. */
  #stop: HTMLElement | undefined;

  constructor(grid: HTMLElement, rows: GridRows) {
    this.#grid = grid;
    this.#rows = rows;
    grid.addEventListener('keydown', this.#onKey);
    grid.addEventListener('focusin', ({ target }) => {
      if ((target as Element).matches('[data-act]')) this.#stopAt(target as HTMLElement);
    });
  }

  /** Chooses another button for the Tab key if the former one is gone. Call it after each drawing. */
  update(): void {
    if (this.#stop?.isConnected && this.#grid.contains(this.#stop)) return;
    this.#stopAt(this.#grid.querySelector<HTMLElement>('[data-act]') ?? undefined);
  }

  #stopAt(button: HTMLElement | undefined): void {
    if (this.#stop) this.#stop.tabIndex = -1;
    if (button) button.tabIndex = 0;
    this.#stop = button;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const path = event.composedPath() as HTMLElement[];
    const row = path.find(({ parentNode }) => parentNode === this.#grid);
    if (!row || event.altKey || event.metaKey || event.shiftKey || path[0]?.matches(TEXT)) return;
    const stops = stopsOf(row);
    const column = stops.findIndex((stop) => path.includes(stop));
    const target = event.ctrlKey
      ? this.#inRow(this.#farRow(event.key), stops.length - column)
      : (this.#beside(event.key, stops, column) ??
        this.#inRow(this.#nearRow(event.key, row), stops.length - column));
    if (!target) return;
    event.preventDefault();
    target.focus();
    // WebKit does not scroll to what has only just been drawn.
    target.scrollIntoView({ block: 'nearest' });
  };

  #beside(key: string, stops: readonly HTMLElement[], column: number): HTMLElement | undefined {
    const isLeftToRight = getComputedStyle(this.#grid).direction === 'ltr';
    switch (key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        return stops[column + ((key === 'ArrowRight') === isLeftToRight ? 1 : -1)];
      case 'Home':
        return stops[0];
      case 'End':
        return stops.at(-1);
      default:
        return undefined;
    }
  }

  #nearRow(key: string, row: HTMLElement): number | undefined {
    const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE_ROWS, PageDown: PAGE_ROWS }[key];
    if (step === undefined) return undefined;
    const index = this.#rows.indexOf(row) + step;
    return Math.max(0, Math.min(this.#rows.count - 1, index));
  }

  #farRow(key: string): number | undefined {
    return { Home: 0, End: this.#rows.count - 1 }[key];
  }

  /** Counted from the end, where Cancel and Remove are below each other. */
  #inRow(index: number | undefined, columnFromEnd: number): HTMLElement | undefined {
    const row = index === undefined ? undefined : this.#rows.rowAt(index);
    const stops = row ? stopsOf(row) : [];
    return stops.at(-Math.min(columnFromEnd, stops.length));
  }
}

/** The rows of a short list, all of which are in the document. */
export function rowsIn({ children }: HTMLElement): GridRows {
  return {
    get count() {
      return children.length;
    },
    indexOf: (row) => [...children].indexOf(row),
    rowAt: (index) => children[index] as HTMLElement | undefined,
  };
}

/** What can have the focus in a row, in the order in which it is seen. */
function stopsOf(row: HTMLElement): readonly HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(`slot, ${FOCUSABLE}`)]
    .flatMap((node) => (node.localName === 'slot' ? slottedIn(node as HTMLSlotElement) : node))
    .filter((node) => !node.matches(':disabled'));
}

function slottedIn(slot: HTMLSlotElement): HTMLElement[] {
  return slot
    .assignedElements({ flatten: true })
    .flatMap((element) => [element, ...element.querySelectorAll(FOCUSABLE)])
    .filter((node): node is HTMLElement => node.matches(FOCUSABLE));
}
