/**
 * Keeps the focus near its place when the focused button disappears. If its row is still there, as
 * when Pause becomes Resume, the row's first action gets the focus. If the row was removed, the last
 * action of the next row gets it, which removes that one; otherwise that of the previous row;
 * otherwise the button that chooses files.
 */
export class FocusKeeper {
  #focused: Element | null | undefined;
  #id: string | undefined;
  #index = -1;

  /** Remembers what has the focus. Call it before the shadow root is drawn. */
  remember(root: ShadowRoot | null): void {
    this.#focused = root?.activeElement;
    const row = this.#focused?.closest<HTMLElement>('[data-id]');
    this.#id = row?.dataset['id'];
    this.#index = root && row ? rowsOf(root).indexOf(row) : -1;
  }

  /** Moves the focus if its place is gone. Call it after the shadow root was drawn. */
  restore(root: ShadowRoot | null): void {
    if (!root || !this.#focused || this.#focused.isConnected) return;
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
