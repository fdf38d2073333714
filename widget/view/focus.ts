/**
 * Keeps the focus near where it was when what held it goes: a paused row has no Pause button any
 * more, a removed row has nothing. Then the focus goes to the same row's first action, else to the
 * next row, else to the one before, else to where files are chosen.
 */
export class FocusKeeper {
  #held: HTMLElement | undefined;
  #act: string | undefined;
  #id: string | undefined;
  #index = -1;

  /** Before the shadow root is drawn: remembers what has the focus. */
  remember(root: ShadowRoot | null): void {
    const held = root?.activeElement;
    this.#held = held instanceof HTMLElement && held.dataset['act'] ? held : undefined;
    if (!root || !this.#held) return;
    const row = this.#held.closest<HTMLElement>('[data-id]');
    this.#act = this.#held.dataset['act'];
    this.#id = row?.dataset['id'];
    this.#index = row ? rowsOf(root).indexOf(row) : -1;
  }

  /** After it was drawn: finds a new place, if the old one is gone. */
  restore(root: ShadowRoot | null): void {
    if (!root || !this.#held || this.#held.isConnected) return;
    const browse = root.getElementById('browse');
    const place = this.#id === undefined ? root.querySelector('.summary') : this.#row(root);
    const target =
      place?.querySelector<HTMLElement>(`[data-act="${this.#act}"]`) ??
      place?.querySelector<HTMLElement>('[data-act]');
    (target ?? browse)?.focus();
  }

  #row(root: ShadowRoot): HTMLElement | undefined {
    const rows = rowsOf(root);
    return (
      rows.find(({ dataset }) => dataset['id'] === this.#id) ??
      rows[this.#index] ??
      rows[this.#index - 1]
    );
  }
}

function rowsOf(root: ShadowRoot): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('[data-id]')];
}
