/**
 * Keeps the focus near where it was when what held it goes. A paused row has no Pause button any
 * more: the first action of the row gets it. A removed row has nothing: the last action, which
 * removes, of the next row gets it, else of the one before, else the button that chooses files.
 */
export class FocusKeeper {
  #held: Element | null | undefined;
  #id: string | undefined;
  #index = -1;

  /** Before the shadow root is drawn: remembers what has the focus. */
  remember(root: ShadowRoot | null): void {
    this.#held = root?.activeElement;
    const row = this.#held?.closest<HTMLElement>('[data-id]');
    this.#id = row?.dataset['id'];
    this.#index = root && row ? rowsOf(root).indexOf(row) : -1;
  }

  /** After it was drawn: finds a new place, if the old one is gone. */
  restore(root: ShadowRoot | null): void {
    if (!root || !this.#held || this.#held.isConnected) return;
    const rows = rowsOf(root);
    const own = this.#id
      ? rows.find(({ dataset }) => dataset['id'] === this.#id)
      : root.querySelector('.summary');
    const near = rows[this.#index] ?? rows[this.#index - 1];
    const target =
      own?.querySelector<HTMLElement>('[data-act]') ??
      near?.querySelector<HTMLElement>('[data-act]:last-child') ??
      root.getElementById('browse');
    target?.focus();
  }
}

function rowsOf(root: ShadowRoot): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('[data-id]')];
}
