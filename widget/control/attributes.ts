/** How attributes become values. A text that cannot be read is reported and counts as absent. */
import type { PropertyDeclaration } from 'lit';
import { parseSize } from '../../worker/protocol/util/size.ts';

/** Declares an attribute that holds a number, or a number of bytes with a unit such as `20 MB`. */
export function numberAttribute(attribute: string): PropertyDeclaration {
  return {
    attribute,
    converter(text) {
      const value = parseSize(text ?? '');
      // Reported, not thrown: a misspelt limit must be noticed, but must not break the page.
      if (text && value === undefined) {
        reportError(new TypeError(`<s3-upload ${attribute}="${text}">: not a number or a size`));
      }
      return value;
    },
  };
}

/** Declares a boolean attribute that is reflected because pages style by it. */
export const reflectedBoolean: PropertyDeclaration = { type: Boolean, reflect: true };

/** Declares a boolean attribute that is not reflected. */
export function booleanAttribute(attribute: string): PropertyDeclaration {
  return { type: Boolean, attribute };
}
