import type { ReactiveControllerHost } from 'lit';
import { Drag, typesOf } from './drag.ts';
import { filesOf, type DropOptions } from './drop.ts';
import type { FoundFile } from './found.ts';
import { isJunk } from './junk.ts';
import { loadRename } from './load-rename.ts';

/** The ways in which a user can give files. */
export type Way = 'pick' | 'drop' | 'paste';

export interface IntakeOptions extends DropOptions {
  /** Whether files may come in this way now. */
  readonly isOpen: (way: Way) => boolean;
  /** Whether files of these types may be dropped; a type is empty where the browser hides it. */
  readonly isWelcome: (types: readonly string[]) => boolean;
  readonly add: (found: readonly FoundFile[]) => void;
  /** Names of the files that are in the list. */
  readonly names: () => readonly string[];
}

/** Takes the files that a user gives: by picker, drop, paste, or a click on the label. */
export class Intake {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: IntakeOptions;
  readonly #drag: Drag;
  /** Drops that are being read: a folder takes a while. */
  #reading = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, options: IntakeOptions) {
    this.#host = host;
    this.#options = options;
    this.#drag = new Drag(host, () => options.isOpen('drop'));
    host.addEventListener('paste', (event) => this.#paste(event));
    host.addEventListener('dragover', (event) => this.#dragOver(event));
    host.addEventListener('drop', (event) => this.#drop(event));
    // A click on a <label> is passed on to the control itself; clicks inside it have another origin.
    host.addEventListener('click', (event) => {
      if (event.composedPath()[0] === host && !this.#isBeside(event)) this.open(event);
    });
  }

  /** Types of the files that are being dragged over the element. */
  get dragged(): readonly string[] | undefined {
    return this.#drag.types;
  }

  get isReading(): boolean {
    return this.#reading > 0;
  }

  /**
   * Opens the picker after a click; the second one of a double click does not ask for another.
   * `isFolder` for the button that selects a folder.
   */
  open({ detail }: MouseEvent, isFolder?: boolean): void {
    if (detail < 2 && this.#options.isOpen('pick')) this.#input(isFolder)?.click();
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
   * Handles the picker's `change`. Its files have no handles; `showOpenFilePicker` would give some,
   * but it refuses files in system folders, which an input accepts.
   */
  readonly onPick = (event: Event): void => {
    const { files } = event.target as HTMLInputElement;
    this.#options.add(
      [...(files ?? [])]
        .filter(({ name, webkitRelativePath: path }) => !(path && isJunk(name)))
        .map((file) => ({ file, path: file.webkitRelativePath || undefined })),
    );
  };

  /** The picker, emptied, for files or a folder: choosing the same file again would otherwise be no change, and no event. */
  #input(isFolder = false): HTMLInputElement | undefined {
    const input = this.#host.shadowRoot?.querySelectorAll('input')[Number(isFolder)];
    if (input) input.value = '';
    return input;
  }

  #paste(event: ClipboardEvent): void {
    const { clipboardData } = event;
    const origin = event.composedPath()[0] as HTMLElement;
    const isText = origin.isContentEditable || origin.matches('input, textarea');
    if (!clipboardData?.types.includes('Files') || isText || !this.#options.isOpen('paste')) return;
    event.preventDefault();
    void this.#read(clipboardData, true);
  }

  #dragOver(event: DragEvent): void {
    const types = typesOf(event);
    const { dataTransfer } = event;
    if (!types || !dataTransfer) return;
    // Otherwise the browser would leave the page and open the file, also over a disabled control.
    event.preventDefault();
    const { isOpen, isWelcome } = this.#options;
    dataTransfer.dropEffect = isOpen('drop') && isWelcome(types) ? 'copy' : 'none';
  }

  #drop(event: DragEvent): void {
    this.#dragOver(event);
    this.#drag.end();
    const { dataTransfer } = event;
    // Unwelcome files are read, too, so that each can be refused with its reason.
    if (dataTransfer && typesOf(event) && this.#options.isOpen('drop')) {
      void this.#read(dataTransfer);
    }
  }

  async #read(transfer: DataTransfer, isPasted = false): Promise<void> {
    const reading = filesOf(transfer, this.#options);
    this.#reading += 1;
    this.#host.requestUpdate();
    const found = await reading;
    const rename = isPasted ? await loadRename().catch(() => undefined) : undefined;
    this.#reading -= 1;
    this.#host.requestUpdate();
    const files = rename?.tellApart(found, this.#options.names()) ?? found;
    if (this.#host.isConnected) this.#options.add(files);
  }

  /**
   * True for a click of a pointer that is over the host and nothing in it, as where a page has stretched
   * it. A click that a label has passed on carries the place of the label.
   */
  #isBeside({ detail, clientX, clientY }: MouseEvent): boolean {
    const root = this.#host.getRootNode() as Document | ShadowRoot;
    return detail > 0 && root.elementFromPoint(clientX, clientY) === this.#host;
  }
}
