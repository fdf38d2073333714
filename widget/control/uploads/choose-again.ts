/** Remembers for which failed upload the user is choosing another file. */
export class ChooseAgain {
  #id: string | undefined;

  /** The user is about to choose another file for this upload. */
  expect(id: string): void {
    this.#id = id;
  }

  /** The next files replace an upload. */
  get isExpected(): boolean {
    return this.#id !== undefined;
  }

  /** The picker was closed without a choice. */
  readonly cancel = (): void => {
    this.#id = undefined;
  };

  /** The id of the upload that the files which come now replace, if any; asked once. */
  take(): string | undefined {
    const id = this.#id;
    this.#id = undefined;
    return id;
  }
}
