import type { Upload } from '../upload/upload.ts';

/** The times in which cancelled uploads can be brought back. */
export class UndoTimes {
  readonly #note: (upload: Upload) => void;
  /** Ends the time of an upload. */
  readonly #ends = new Map<Upload, () => void>();
  #isClosed = false;
  /** The page goes away: what is cancelled stays so. */
  readonly #onPageHide = (): void => {
    for (const end of this.#ends.values()) end();
  };

  /** `note` writes into the journal that an upload was cancelled, or is wanted again. */
  constructor(note: (upload: Upload) => void) {
    this.#note = note;
    globalThis.addEventListener?.('pagehide', this.#onPageHide);
  }

  /** Resolves when the time has passed, or was ended. */
  async pass(upload: Upload, undoMs: number): Promise<void> {
    if (this.#isClosed || upload.phase !== 'undoable') return;
    // From now on it is cancelled for the next visit, which may come before the time has passed.
    this.#note(upload);
    let timer;
    await new Promise<void>((resolve) => {
      this.#ends.set(upload, resolve);
      timer = setTimeout(resolve, undoMs);
    });
    clearTimeout(timer);
    this.#ends.delete(upload);
  }

  /** The upload was brought back. */
  end(upload: Upload): void {
    this.#note(upload);
    this.#ends.get(upload)?.();
  }

  close(): void {
    this.#isClosed = true;
    globalThis.removeEventListener?.('pagehide', this.#onPageHide);
    this.#onPageHide();
  }
}
