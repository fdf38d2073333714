import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { UploadSnapshot } from '../../core/index.ts';
import type { MessageId } from '../../i18n/en.ts';
import { watchInvalidReports } from './invalid-reports.ts';
import { judgeUploads, type ValidityInput } from './validity.ts';
import { entriesOf, type ValueFormat } from '../value.ts';

/** Above this number of uploads, the entries are not rebuilt with every finished upload. */
const MANY = 500;
const MIN_REBUILD_MS = 250;

/** The element, as far as its form depends on it. */
export interface FormControlHost extends ReactiveControllerHost, HTMLElement, ValidityInput {
  readonly name: string | undefined;
  readonly valueFormat: ValueFormat | undefined;
  readonly uploads: readonly UploadSnapshot[];
}

export interface FormControlOptions {
  /** Where the browser shows its validation message; it must be focusable. */
  readonly anchor: () => HTMLElement | undefined;
  readonly text: (id: MessageId, values: { n: number }) => string;
}

/**
 * Who changed the value. A page is not told of its own changes: no control dispatches `input` when
 * a script sets its value.
 */
export type ChangedBy = 'user' | 'page';

/** Makes an element a form control: its entries, its validity, and its `input` and `change` events. */
export class FormControl implements ReactiveController {
  readonly #host: FormControlHost;
  readonly #internals: ElementInternals;
  readonly #options: FormControlOptions;
  #customMessage = '';
  /** The entries that the form has, as one string. */
  #value = '';
  /** The number of finished uploads in these entries; undefined if they have to be rebuilt. */
  #doneInValue: number | undefined;
  #rebuiltAt = 0;
  #anchor: HTMLElement | undefined;
  /** `input` has been dispatched, and `change` not yet. */
  #isChangePending = false;
  #isUserInvalid = false;

  constructor(host: FormControlHost, internals: ElementInternals, options: FormControlOptions) {
    this.#host = host;
    this.#internals = internals;
    this.#options = options;
    host.addController(this);
    watchInvalidReports(host, internals, () => this.report());
  }

  /** True from the first time that the user is told of the invalid control until it is valid. */
  get isUserInvalid(): boolean {
    return this.#isUserInvalid;
  }

  /** True if the page has set the validation message, which is in the page's language. */
  get hasCustomMessage(): boolean {
    return this.#customMessage !== '';
  }

  hostUpdate(): void {
    this.sync('user');
  }

  hostUpdated(): void {
    // The first drawing has created the anchor.
    this.#update();
  }

  /** Makes the control invalid with this message; an empty one makes it valid again. */
  setCustomValidity(message: string): void {
    this.#customMessage = message;
    this.sync('page');
  }

  /** Tells the user what is wrong. Returns false if something is. */
  report(): boolean {
    this.#isUserInvalid = true;
    this.sync('page');
    return !this.#isUserInvalid;
  }

  reset(): void {
    this.#isUserInvalid = this.#isChangePending = false;
  }

  /** Rebuilds the entries at the next `sync`, even if as many uploads are finished as before. */
  invalidateValue(): void {
    this.#doneInValue = undefined;
  }

  /**
   * Brings the form up to date at once and not with the next drawing, because `submit` or
   * `checkValidity()` may come earlier. Dispatches `input` for each value that is not the page's
   * doing, and `change` when nothing is active any more.
   */
  sync(by: ChangedBy): void {
    const isNew = this.#update() && by === 'user';
    if (this.#internals.validity.valid) this.#isUserInvalid = false;
    this.#host.requestUpdate();
    if (isNew) this.#host.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.#isChangePending ||= isNew;
    if (by === 'page' || !this.#isChangePending || this.#host.totals.active > 0) return;
    this.#isChangePending = false;
    this.#host.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Returns true if the value has changed. */
  #update(): boolean {
    const former = this.#value;
    this.#updateValue();
    this.#updateValidity();
    return this.#value !== former;
  }

  #updateValue(): void {
    const { name, totals, valueFormat } = this.#host;
    const isHurried = totals.active > 0 && totals.files > MANY;
    const now = performance.now();
    const isTooSoon = isHurried && now < this.#rebuiltAt + MIN_REBUILD_MS;
    if (totals.done === this.#doneInValue || isTooSoon) return;
    this.#rebuiltAt = now;
    this.#doneInValue = totals.done;
    const { uploads } = this.#host;
    const data = new FormData();
    const entries = entriesOf(uploads, valueFormat);
    if (name) for (const entry of entries) data.append(name, entry);
    this.#internals.setFormValue(data, isHurried ? '' : JSON.stringify(entriesOf(uploads, 'json')));
    this.#value = entries.join();
  }

  #updateValidity(): void {
    const anchor = this.#options.anchor();
    const { flags, reason, n } = judgeUploads(this.#host);
    const custom = this.#customMessage;
    if (!custom && !reason) return this.#internals.setValidity({});
    const message = custom || this.#options.text(reason ?? 'required', { n });
    if (message === this.#internals.validationMessage && anchor === this.#anchor) return;
    this.#anchor = anchor;
    this.#internals.setValidity(custom ? { customError: true } : flags, message, anchor);
  }
}
