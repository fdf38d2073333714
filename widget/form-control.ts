import { LitElement } from 'lit';

/**
 * The part of a form control that is the same in every one: what `<input>` offers its form and its
 * page, passed on from ElementInternals.
 */
export class FormControl extends LitElement {
  static readonly formAssociated = true;

  protected readonly internals: ElementInternals = this.attachInternals();

  /** The form that it belongs to. */
  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  /** The tag's name, as other controls tell their kind here. */
  get type(): string {
    return this.localName;
  }

  get labels(): NodeList {
    return this.internals.labels;
  }

  get validity(): ValidityState {
    return this.internals.validity;
  }

  get validationMessage(): string {
    return this.internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.internals.willValidate;
  }

  /** False, and an `invalid` event, if the form cannot be sent as it is. */
  checkValidity(): boolean {
    return this.internals.checkValidity();
  }

  /** As `checkValidity`, and says so to the user. */
  reportValidity(): boolean {
    return this.internals.reportValidity();
  }

  /** Sets or takes away `:state()`s. */
  protected mark(states: Readonly<Record<string, boolean>>): void {
    for (const [state, isOn] of Object.entries(states)) {
      this.internals.states[isOn ? 'add' : 'delete'](state);
    }
  }
}
