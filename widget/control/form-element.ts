import { LitElement } from 'lit';

/** Declares what every form control offers its page, passed on from `ElementInternals`. */
export class FormElement extends LitElement {
  static readonly formAssociated = true;

  protected readonly internals: ElementInternals = this.attachInternals();

  /** The form that the control belongs to. */
  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  /** The name of the tag, where other controls have their kind. */
  get type(): string {
    return this.localName;
  }

  /** The labels of the control. */
  get labels(): NodeList {
    return this.internals.labels;
  }

  /** What is wrong with the control, as flags. */
  get validity(): ValidityState {
    return this.internals.validity;
  }

  /** What is wrong with the control, in the language of the page. */
  get validationMessage(): string {
    return this.internals.validationMessage;
  }

  /** True if the form checks the control. */
  get willValidate(): boolean {
    return this.internals.willValidate;
  }

  /** Returns false and dispatches `invalid` if the form cannot be submitted because of the control. */
  checkValidity(): boolean {
    return this.internals.checkValidity();
  }

  /** As `checkValidity()`, and tells the user. */
  reportValidity(): boolean {
    return this.internals.reportValidity();
  }
}
