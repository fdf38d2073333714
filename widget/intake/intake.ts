import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { filesOf, type DropOptions, type Found } from './drop.ts';
import { isLitter } from './litter.ts';

interface IntakeOptions extends DropOptions {
  /** Files may come in this way now. */
  readonly isOpen: (way: 'pick' | 'drop' | 'paste') => boolean;
  /** Files of these types may be dropped; a type is empty where the browser does not tell. */
  readonly isWelcome: (types: readonly string[]) => boolean;
  readonly take: (found: readonly Found[]) => void;
}

/**
 * All ways in which a user gives files: picker, drop, folder, paste, a click on the label.
 *
 * Whether files are held over the element, `dragleave` alone does not tell: it fires for every
 * child, Safari leaves out `relatedTarget`, and a child that is drawn anew under the pointer never
 * says goodbye. So `dragenter` is watched on the whole document: entering something else is leaving
 * this. A `dragleave` that does not come with a `dragenter`, in one task, means that the pointer has
 * left the window, or that Escape was pressed.
 */
export class Intake implements ReactiveController {
  /** Types of the files that are held over the element. */
  dragged: readonly string[] | undefined;
  /** How many drops are being read: one of a folder takes its time. */
  reading = 0;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: IntakeOptions;
  #listening = new AbortController();
  /** The last `dragenter` that came through the host. */
  #through: Event | undefined;
  #hasEntered = false;

  constructor(host: ReactiveControllerHost & HTMLElement, options: IntakeOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
    host.addEventListener('paste', (event) => this.#paste(event));
    host.addEventListener('dragenter', (event) => (this.#through = event));
    host.addEventListener('dragover', (event) => this.#over(event));
    host.addEventListener('drop', (event) => this.#drop(event));
    // A click on a <label> is given on to the control itself; those within have another origin.
    host.addEventListener('click', (event) => event.composedPath()[0] === host && this.open());
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener(
      'dragenter',
      (event) => {
        this.#hasEntered = true;
        setTimeout(() => (this.#hasEntered = false));
        this.#hold(this.#through === event ? typesOf(event) : undefined);
      },
      { signal },
    );
    document.addEventListener('dragleave', () => this.#hasEntered || this.#hold(), { signal });
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#hold();
  }

  /** Opens the picker, from a click. */
  open(): void {
    if (this.#options.isOpen('pick')) this.#input()?.click();
  }

  /**
   * Opens the picker.
   *
   * @throws DOMException `InvalidStateError` while disabled, `NotAllowedError` without a user's
   *   gesture: https://html.spec.whatwg.org/multipage/input.html#dom-input-showpicker
   */
  showPicker(): void {
    if (!this.#options.isOpen('pick')) throw new DOMException('', 'InvalidStateError');
    this.#input()?.showPicker();
  }

  /**
   * For the picker's `change`. Its files have no handles; `showOpenFilePicker` would give some, but
   * it takes nothing from folders of the system's, which an input does.
   */
  readonly picked = (event: Event): void => {
    const { files } = event.target as HTMLInputElement;
    this.#options.take(
      [...(files ?? [])]
        .filter(({ name, webkitRelativePath: path }) => !(path && isLitter(name)))
        .map((file) => ({ file, path: file.webkitRelativePath || undefined })),
    );
  };

  /** Without the last choice: the same file again would else be no change, and no event. */
  #input(): HTMLInputElement | null | undefined {
    const input = this.#host.shadowRoot?.querySelector('input');
    if (input) input.value = '';
    return input;
  }

  #paste(event: ClipboardEvent): void {
    const { clipboardData } = event;
    const origin = event.composedPath()[0] as Element;
    const isText = origin.matches('input, textarea, [contenteditable]');
    if (!clipboardData?.types.includes('Files') || isText || !this.#options.isOpen('paste')) return;
    event.preventDefault();
    void this.#read(clipboardData);
  }

  #over(event: DragEvent): void {
    const types = typesOf(event);
    const { dataTransfer } = event;
    if (!types || !dataTransfer) return;
    // Without this the browser would leave the page and open the file, over a closed control too.
    event.preventDefault();
    const { isOpen, isWelcome } = this.#options;
    dataTransfer.dropEffect = isOpen('drop') && isWelcome(types) ? 'copy' : 'none';
  }

  #drop(event: DragEvent): void {
    this.#over(event);
    this.#hold();
    const { dataTransfer } = event;
    // What does not fit is taken all the same: then the reason can be said for each file.
    if (dataTransfer && typesOf(event) && this.#options.isOpen('drop'))
      void this.#read(dataTransfer);
  }

  #hold(types?: readonly string[]): void {
    this.dragged = this.#options.isOpen('drop') ? types : undefined;
    this.#host.requestUpdate();
  }

  async #read(transfer: DataTransfer): Promise<void> {
    const reading = filesOf(transfer, this.#options);
    this.reading += 1;
    this.#host.requestUpdate();
    const found = await reading;
    this.reading -= 1;
    this.#host.requestUpdate();
    if (this.#host.isConnected) this.#options.take(found);
  }
}

function typesOf({ dataTransfer }: DragEvent): readonly string[] | undefined {
  if (!dataTransfer?.types.includes('Files')) return undefined;
  const files = [...dataTransfer.items].filter(({ kind }) => kind === 'file');
  return files.map(({ type }) => type);
}
