import type { Totals, UploadSnapshot } from './core/types.ts';
import type { MessageId } from './i18n/en.ts';
import { entriesOf, type ValueFormat } from './value.ts';

/** While more entries than this come in, they are made anew only so often. */
const MANY = 500;
const REST_MS = 250;

/** The control, as the form sees it. */
interface Field {
  readonly name: string | undefined;
  readonly valueFormat: ValueFormat | undefined;
  readonly required: boolean;
  readonly minFiles: number | undefined;
  readonly uploads: readonly UploadSnapshot[];
  readonly totals: Totals;
  /** The uploads all wait for `start()`. */
  readonly isHeld: boolean;
  say(id: MessageId, values: { n: number }): string;
  /** Where the browser shows its bubble; it must be focusable. */
  readonly anchor: HTMLElement | undefined;
}

/** Keeps the form's idea of the control in step with its uploads: its entries and its validity. */
export class FormState {
  /** The page's own message. */
  custom = '';
  /** What the form was given last, as one string. */
  value = '';
  readonly #internals: ElementInternals;
  readonly #field: Field;
  #done = -1;
  #madeAt = 0;
  #anchor: HTMLElement | undefined;

  constructor(internals: ElementInternals, field: Field) {
    this.#internals = internals;
    this.#field = field;
  }

  /** The entries must be made again, though as many uploads are done as before. */
  touch(): void {
    this.#done = -1;
  }

  /**
   * Brings the form up to date at once, not with the next drawing: a `submit` may come before.
   * Returns whether its value has changed.
   */
  sync(): boolean {
    const former = this.value;
    this.#setValue();
    this.#setValidity();
    return this.value !== former;
  }

  #setValue(): void {
    const { name, totals, valueFormat } = this.#field;
    const isHurried = totals.active > 0 && totals.files > MANY;
    const now = performance.now();
    if (totals.done === this.#done || (isHurried && now < this.#madeAt + REST_MS)) return;
    this.#madeAt = now;
    this.#done = totals.done;
    const { uploads } = this.#field;
    const data = new FormData();
    const entries = entriesOf(uploads, valueFormat);
    if (name) for (const entry of entries) data.append(name, entry);
    this.#internals.setFormValue(data, isHurried ? '' : JSON.stringify(entriesOf(uploads, 'json')));
    this.value = entries.join();
  }

  /**
   * A form that is sent while an upload runs, is paused or has failed would lose that file without
   * a word, so all of these make the control invalid.
   */
  #setValidity(): void {
    const { totals, required, minFiles = 0, isHeld, anchor } = this.#field;
    const { active, paused, failed, done } = totals;
    const n = Math.max(minFiles, Number(required));
    const unfinished =
      active > 0 ? (isHeld ? 'held' : 'busy') : paused + failed > 0 ? 'unfinished' : undefined;
    const flags: ValidityStateFlags = {};
    if (this.custom || unfinished) flags.customError = true;
    else if (done < n) flags[n > 1 ? 'rangeUnderflow' : 'valueMissing'] = true;
    else return this.#internals.setValidity(flags);
    const message = this.custom || this.#field.say(unfinished ?? 'required', { n });
    if (message === this.#internals.validationMessage && anchor === this.#anchor) return;
    this.#anchor = anchor;
    this.#internals.setValidity(flags, message, anchor);
  }
}
