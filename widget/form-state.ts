import type { Totals, UploadSnapshot } from './core/types.ts';
import type { Flaw } from './validity.ts';
import { entriesOf, type ValueFormat } from './value.ts';

/** More entries than this are made anew only so often while uploads run, and at their end. */
const MANY = 500;
const REST_MS = 250;

interface Field {
  readonly name: string | undefined;
  readonly valueFormat: ValueFormat | undefined;
  readonly uploads: readonly UploadSnapshot[];
  readonly totals: Totals;
}

/** Keeps the form's idea of the control in step with its uploads: its entries and its validity. */
export class FormState {
  readonly #internals: ElementInternals;
  #entries: readonly string[] = [];
  #isStale = true;
  #done = 0;
  #madeAt = -Infinity;
  #flaw: Flaw | undefined;
  #anchor: HTMLElement | undefined;
  /** The user has met the flaw: it was tried to send the form. */
  isShown = false;

  constructor(internals: ElementInternals) {
    this.#internals = internals;
  }

  /** What is wrong, once the user should see it. */
  get complaint(): string | undefined {
    return this.isShown ? this.#flaw?.message : undefined;
  }

  /** The entries must be made again: uploads have finished, or finished ones have gone. */
  touch(): void {
    this.#isStale = true;
  }

  /**
   * Gives the entries to the form at once, not with the next drawing: a `submit` may come before.
   * Returns whether they have changed.
   */
  setValue({ name, valueFormat, uploads, totals }: Field): boolean {
    if (!this.#isStale && totals.done === this.#done) return false;
    const now = performance.now();
    const isMany = uploads.length > MANY && totals.active > 0;
    if (isMany && now - this.#madeAt < REST_MS) return false;
    this.#madeAt = now;
    this.#isStale = false;
    this.#done = totals.done;
    const entries = entriesOf(uploads, valueFormat ?? 'id');
    const hasChanged =
      entries.length !== this.#entries.length ||
      entries.some((entry, index) => entry !== this.#entries[index]);
    this.#entries = entries;
    const data = new FormData();
    for (const entry of entries) if (name) data.append(name, entry);
    this.#internals.setFormValue(data, isMany ? '[]' : JSON.stringify(entriesOf(uploads, 'json')));
    return hasChanged;
  }

  /** `anchor` is where the browser shows its bubble; it must be focusable. */
  setFlaw(flaw: Flaw | undefined, anchor: HTMLElement | undefined): void {
    if (flaw?.message === this.#flaw?.message && anchor === this.#anchor) return;
    this.#flaw = flaw;
    this.#anchor = anchor;
    if (!flaw) {
      this.isShown = false;
      this.#internals.setValidity({});
    } else this.#internals.setValidity(flaw.flags, flaw.message, anchor);
  }
}
