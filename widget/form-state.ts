import type { Totals, UploadSnapshot } from './core/types.ts';
import type { MessageId } from './i18n/en.ts';
import { entriesOf, type ValueFormat } from './value.ts';

/** While more entries than this come in, they are made anew only so often. */
const MANY = 500;
const REST_MS = 250;

interface Field {
  readonly name: string | undefined;
  readonly valueFormat: ValueFormat | undefined;
  readonly required: boolean;
  readonly minFiles: number | undefined;
  /** The uploads all wait for `start()`. */
  readonly isHeld: boolean;
  /** The page's own message. */
  readonly custom: string;
}

/** Keeps the form's idea of the control in step with its uploads: its entries and its validity. */
export class FormState {
  readonly #internals: ElementInternals;
  #entries = '';
  #done = -1;
  #madeAt = 0;
  #anchor: HTMLElement | undefined;

  constructor(internals: ElementInternals) {
    this.#internals = internals;
  }

  /** The entries must be made again, though as many uploads are done as before. */
  touch(): void {
    this.#done = -1;
  }

  /**
   * Gives the entries to the form at once, not with the next drawing: a `submit` may come before.
   * Returns whether they have changed.
   */
  setValue(read: () => readonly UploadSnapshot[], totals: Totals, field: Field): boolean {
    const isHurried = totals.active > 0 && totals.files > MANY;
    const now = performance.now();
    if (totals.done === this.#done || (isHurried && now < this.#madeAt + REST_MS)) return false;
    this.#madeAt = now;
    this.#done = totals.done;
    const { name, valueFormat } = field;
    const uploads = read();
    const data = new FormData();
    const entries = entriesOf(uploads, valueFormat);
    if (name) for (const entry of entries) data.append(name, entry);
    this.#internals.setFormValue(data, isHurried ? '' : JSON.stringify(entriesOf(uploads, 'json')));
    const former = this.#entries;
    this.#entries = entries.join();
    return this.#entries !== former;
  }

  /**
   * A form that is sent while an upload runs, is paused or has failed would lose that file without
   * a word, so all of these make the control invalid. `anchor` is where the browser shows its
   * bubble; it must be focusable.
   */
  setValidity(
    { active, paused, failed, done }: Totals,
    { custom, required, minFiles = 0, isHeld }: Field,
    say: (id: MessageId, values: { n: number }) => string,
    anchor: HTMLElement | undefined,
  ): void {
    const n = Math.max(minFiles, Number(required));
    const unfinished =
      active > 0 ? (isHeld ? 'held' : 'busy') : paused + failed > 0 ? 'unfinished' : undefined;
    const flags: ValidityStateFlags = {};
    if (custom || unfinished) flags.customError = true;
    else if (done < n) flags[n > 1 ? 'rangeUnderflow' : 'valueMissing'] = true;
    else {
      this.#internals.setValidity({});
      return;
    }
    const message = custom || say(unfinished ?? 'required', { n });
    if (message === this.#internals.validationMessage && anchor === this.#anchor) return;
    this.#anchor = anchor;
    this.#internals.setValidity(flags, message, anchor);
  }
}
