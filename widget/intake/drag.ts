import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Knows whether files are being dragged over the element.
 *
 * `dragleave` alone does not tell: it fires for every child, Safari leaves out `relatedTarget`, and a
 * child that is redrawn under the pointer never fires it. So `dragenter` is watched on the whole
 * document: entering something else means leaving the element. A `dragleave` without a `dragenter` in
 * the same task means that the pointer has left the window, or that Escape was pressed.
 */
export class Drag implements ReactiveController {
  #types: readonly string[] | undefined;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #isOpen: () => boolean;
  #listening = new AbortController();
  /** The last `dragenter` that came through the host. */
  #lastEnter: Event | undefined;
  #hasJustEntered = false;

  /** `isOpen` says whether files may be dropped now. */
  constructor(host: ReactiveControllerHost & HTMLElement, isOpen: () => boolean) {
    this.#host = host;
    this.#isOpen = isOpen;
    host.addController(this);
    host.addEventListener('dragenter', (event) => (this.#lastEnter = event));
  }

  /** Types of the files over the element; empty where the browser hides them. */
  get types(): readonly string[] | undefined {
    return this.#types;
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const { ownerDocument } = this.#host;
    const onEnter = (event: DragEvent): void => {
      this.#hasJustEntered = true;
      setTimeout(() => (this.#hasJustEntered = false));
      this.#set(this.#lastEnter === event ? typesOf(event) : undefined);
    };
    ownerDocument.addEventListener('dragenter', onEnter, { signal });
    ownerDocument.addEventListener('dragleave', () => this.#hasJustEntered || this.end(), {
      signal,
    });
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.end();
  }

  /** The files were dropped, or are somewhere else. */
  end(): void {
    this.#set(undefined);
  }

  #set(types: readonly string[] | undefined): void {
    this.#types = this.#isOpen() ? types : undefined;
    this.#host.requestUpdate();
  }
}

/** Types of the files that are dragged; undefined if something else is. */
export function typesOf({ dataTransfer }: DragEvent): readonly string[] | undefined {
  if (!dataTransfer?.types.includes('Files')) return undefined;
  const files = [...dataTransfer.items].filter(({ kind }) => kind === 'file');
  return files.map(({ type }) => type);
}
