import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What is being dragged over the element. */
export interface Dragged {
  /** MIME types of the files, each empty where the browser does not tell. */
  readonly types: readonly string[];
}

interface DragOptions {
  /** Files may be dropped at all. */
  isOpen(): boolean;
  /** These would be taken; otherwise the cursor says no and the drop is ignored. */
  isWelcome(dragged: Dragged): boolean;
  drop(transfer: DataTransfer): void;
}

/**
 * Knows whether files are held over the element.
 *
 * `dragleave` alone does not tell: it fires for every child, Safari leaves out `relatedTarget`, and
 * a child that is drawn anew while the pointer is on it never says goodbye. So `dragenter` is
 * watched on the whole document: entering something else is leaving this. A `dragleave` without a
 * `dragenter` before it means that the pointer has left the window, or that Escape was pressed.
 */
export class DragController implements ReactiveController {
  /** What is held over the element now. */
  dragged: Dragged | undefined;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: DragOptions;
  #listening: AbortController | undefined;
  /** The last `dragenter` that came through the host. */
  #through: Event | undefined;
  #hasEntered = false;

  constructor(host: ReactiveControllerHost & HTMLElement, options: DragOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const host = this.#host;
    const { ownerDocument } = host;
    host.addEventListener('dragenter', (event) => (this.#through = event), { signal });
    host.addEventListener('dragover', this.#over, { signal });
    host.addEventListener('drop', this.#drop, { signal });
    ownerDocument.addEventListener('dragenter', this.#enterAny, { signal });
    ownerDocument.addEventListener('dragleave', this.#leaveAny, { signal });
  }

  hostDisconnected(): void {
    this.#listening?.abort();
    this.#set(undefined);
  }

  readonly #enterAny = (event: DragEvent): void => {
    this.#hasEntered = true;
    this.#set(this.#through === event ? draggedOf(event) : undefined);
  };

  readonly #leaveAny = (): void => {
    if (!this.#hasEntered) this.#set(undefined);
    this.#hasEntered = false;
  };

  readonly #over = (event: DragEvent): void => {
    const dragged = draggedOf(event);
    const { dataTransfer } = event;
    if (!dragged || !dataTransfer) return;
    // Without this the browser would leave the page and open the file, a closed control too.
    event.preventDefault();
    const welcome = this.#options.isOpen() && this.#options.isWelcome(dragged);
    dataTransfer.dropEffect = welcome ? 'copy' : 'none';
  };

  readonly #drop = (event: DragEvent): void => {
    const dragged = draggedOf(event);
    this.#set(undefined);
    if (!dragged || !event.dataTransfer) return;
    event.preventDefault();
    // What does not fit is dropped all the same: then the reason can be said for each file.
    if (this.#options.isOpen()) this.#options.drop(event.dataTransfer);
  };

  #set(dragged: Dragged | undefined): void {
    if (!this.#options.isOpen()) dragged = undefined;
    if (this.dragged === dragged) return;
    this.dragged = dragged;
    this.#host.requestUpdate();
  }
}

function draggedOf({ dataTransfer }: DragEvent): Dragged | undefined {
  if (!dataTransfer?.types.includes('Files')) return undefined;
  const items = [...dataTransfer.items].filter(({ kind }) => kind === 'file');
  return { types: items.map(({ type }) => type) };
}
