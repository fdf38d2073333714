import type { ReactiveControllerHost } from 'lit';
import type { FileWithPath } from '../core/types.ts';
import { DragController, type Dragged } from './drag.ts';
import { filesOf, type Found } from './drop.ts';

interface IntakeOptions {
  readonly isOpen: () => boolean;
  readonly takesDrops: () => boolean;
  readonly takesPaste: () => boolean;
  readonly isWelcome: (dragged: Dragged) => boolean;
  readonly take: (found: Found) => void;
}

/** All ways in which a user gives files: picker, drop, folder, paste, a click on the label. */
export class Intake {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: IntakeOptions;
  readonly #drag: DragController;
  #reading = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, options: IntakeOptions) {
    this.#host = host;
    this.#options = options;
    this.#drag = new DragController(host, {
      isOpen: () => options.isOpen() && options.takesDrops(),
      isWelcome: options.isWelcome,
      drop: (transfer) => void this.#read(transfer),
    });
    host.addEventListener('paste', this.#paste);
    host.addEventListener('click', this.#labelClick);
  }

  /** What is held over the element. */
  get dragged(): Dragged | undefined {
    return this.#drag.dragged;
  }

  /** A dropped folder is being read. */
  get isReading(): boolean {
    return this.#reading > 0;
  }

  /** The `<input type=file>` in the shadow root. */
  get input(): HTMLInputElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLInputElement>('input[type=file]') ?? null;
  }

  /** Opens the picker, from a click. */
  open(): void {
    if (this.#options.isOpen()) this.#cleared()?.click();
  }

  /**
   * Opens the picker.
   *
   * @throws DOMException `InvalidStateError` while disabled, `NotAllowedError` without a user's
   *   gesture: https://html.spec.whatwg.org/multipage/input.html#dom-input-showpicker
   */
  showPicker(): void {
    if (!this.#options.isOpen()) throw new DOMException('It is disabled.', 'InvalidStateError');
    this.#cleared()?.showPicker();
  }

  /** Without the last choice: the same file again would else be no change, and no event. */
  #cleared(): HTMLInputElement | null {
    const { input } = this;
    if (input) input.value = '';
    return input;
  }

  /** For the input's `change`. */
  readonly picked = (): void => {
    const files = [...(this.input?.files ?? [])];
    if (files.length > 0) this.#options.take({ files: files.map(withPath), unreadable: [] });
  };

  readonly #paste = (event: ClipboardEvent): void => {
    const { clipboardData } = event;
    const [origin] = event.composedPath();
    const isText =
      origin instanceof HTMLElement && origin.matches('input, textarea, [contenteditable]');
    const hasFiles = clipboardData?.types.includes('Files');
    if (!clipboardData || !hasFiles || isText) return;
    if (!this.#options.isOpen() || !this.#options.takesPaste()) return;
    event.preventDefault();
    void this.#read(clipboardData);
  };

  /** A click on a `<label>` is given on to the control itself; those within have another origin. */
  readonly #labelClick = (event: MouseEvent): void => {
    if (event.composedPath()[0] === this.#host) this.open();
  };

  async #read(transfer: DataTransfer): Promise<void> {
    const found = filesOf(transfer);
    this.#reading += 1;
    this.#host.requestUpdate();
    try {
      this.#options.take(await found.read());
    } finally {
      this.#reading -= 1;
      this.#host.requestUpdate();
    }
  }
}

function withPath(file: File): FileWithPath {
  return file.webkitRelativePath ? { file, path: file.webkitRelativePath } : { file };
}
