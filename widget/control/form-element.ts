import type { UploadEventMap } from '../core/index.ts';
import { ignoreWrites, takeAttributeValues } from './attributes.ts';
import { MovableElement } from '../view/movable-element.ts';

/** All events of the element, by their types. */
export interface S3UploadEventMap extends HTMLElementEventMap, UploadEventMap {}

// Tells listeners the type of their event, and those on other elements nothing: overloads in the
// class itself would ship as code.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface FormElement {
  addEventListener<Type extends keyof S3UploadEventMap>(
    type: Type,
    listener: (this: FormElement, event: S3UploadEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof S3UploadEventMap>(
    type: Type,
    listener: (this: FormElement, event: S3UploadEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** Declares what every form control offers its page, passed on from `ElementInternals`. */
export class FormElement extends MovableElement {
  static readonly formAssociated = true;

  protected readonly internals: ElementInternals = this.attachInternals();

  /**
   * Completes the accessors of each class: frameworks such as React 19 set whatever a template gives
   * if the element has a property of that name, and an accessor without a setter would throw.
   */
  static override finalize(): void {
    const isFinalized = Object.hasOwn(this, 'finalized');
    super.finalize();
    if (isFinalized) return;
    const { prototype } = this;
    for (const [name, declaration] of this.elementProperties) {
      takeAttributeValues(prototype, name, declaration);
    }
    ignoreWrites(prototype);
  }

  /** The form that the control belongs to. Setting it to an id works like the `form` attribute. */
  get form(): HTMLFormElement | null {
    return this.internals.form;
  }

  set form(id: HTMLFormElement | string | null | undefined) {
    if (typeof id === 'string') this.setAttribute('form', id);
    else if (!id) this.removeAttribute('form');
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
